using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;
using Notify.Providers;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// A server that speaks enough of MongoDB's wire protocol for the driver, as a router of a sharded cluster or as the primary of a
/// replica set. By itself it keeps no data: it carries out every write, finds nothing, and records the commands. A test can give
/// other answers, such as those of a <see cref="Peer.PeerDatabase"/>.
/// </summary>
internal sealed class ScriptedServer : IDisposable
{
    // The form of MongoDB 7.0's answer to hello: https://www.mongodb.com/docs/manual/reference/command/hello/
    private const int WireVersion = 21;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly bool _isRouter;

    private ScriptedServer(bool isRouter)
    {
        _isRouter = isRouter;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The commands in the order in which they arrived, but for those that only keep the connection.</summary>
    public ConcurrentQueue<BsonDocument> Commands { get; } = new();

    /// <summary>Whether <see cref="Commands"/> are kept. Default true.</summary>
    public bool KeepsCommands { get; init; } = true;

    /// <summary>How long the server takes for a command; the time that a commit by a majority takes. Default none.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>
    /// The answers that a test gives; null leaves the answer to the server. A <see cref="Peer.ConnectionLostException"/> ends the
    /// connection. Default none.
    /// </summary>
    public Func<BsonDocument, BsonDocument?> Script { get; set; } = _ => null;

    public string ConnectionString => $"mongodb://{Address}/{(_isRouter ? "" : "?replicaSet=notify")}";

    private string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";

    public static ScriptedServer StartRouter(bool keepsCommands = true) => new(isRouter: true) { KeepsCommands = keepsCommands };

    public static ScriptedServer StartPrimary(bool keepsCommands = true) =>
        new(isRouter: false) { KeepsCommands = keepsCommands };

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            try
            {
                while (await WireMessage.ReadAsync(stream) is { } message)
                {
                    var answer = await AnswerAsync(message.Command);
                    await stream.WriteAsync(message.CreateReply(answer));
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The driver closed the connection.
            }
        }
    }

    private async Task<BsonDocument> AnswerAsync(BsonDocument command)
    {
        var name = command.GetElement(0).Name;
        if (name.ToUpperInvariant() is "ISMASTER" or "HELLO")
            return CreateHello();
        if (name is "endSessions")
            return new BsonDocument("ok", 1);

        if (KeepsCommands)
            Commands.Enqueue(command);
        if (Latency > TimeSpan.Zero)
            await Task.Delay(Latency);
        return Script(command) ?? CreateAnswer(name, command);
    }

    private BsonDocument CreateHello()
    {
        var hello = new BsonDocument
        {
            { "ismaster", true },
            { "maxBsonObjectSize", 16 << 20 },
            { "maxMessageSizeBytes", 48_000_000 },
            { "maxWriteBatchSize", 100_000 },
            { "logicalSessionTimeoutMinutes", 30 },
            { "minWireVersion", 0 },
            { "maxWireVersion", WireVersion },
            { "ok", 1 },
        };
        if (_isRouter)
            return hello.Add("msg", "isdbgrid");
        return hello
            .Add("setName", "notify")
            .Add("setVersion", 1)
            .Add("me", Address)
            .Add("primary", Address)
            .Add("hosts", new BsonArray { Address });
    }

    private static BsonDocument CreateAnswer(string name, BsonDocument command) =>
        name switch
        {
            "insert" => new BsonDocument { { "n", command["documents"].AsBsonArray.Count }, { "ok", 1 } },
            "update" => new BsonDocument
            {
                { "n", command["updates"].AsBsonArray.Count },
                { "nModified", command["updates"].AsBsonArray.Count },
                { "ok", 1 },
            },
            "delete" => new BsonDocument { { "n", 0 }, { "ok", 1 } },
            "find" or "aggregate" or "listIndexes" => new BsonDocument
            {
                {
                    "cursor",
                    new BsonDocument
                    {
                        { "id", 0L },
                        { "ns", $"{command["$db"]}.{command[0]}" },
                        { "firstBatch", new BsonArray() },
                    }
                },
                { "ok", 1 },
            },
            "distinct" => new BsonDocument { { "values", new BsonArray() }, { "ok", 1 } },
            "findAndModify" => new BsonDocument { { "value", BsonNull.Value }, { "ok", 1 } },
            _ => new BsonDocument("ok", 1),
        };
}
