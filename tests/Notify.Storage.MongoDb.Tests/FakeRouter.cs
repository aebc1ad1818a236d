using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// Speaks as much of the wire protocol as a router of a sharded cluster needs to be told what to do, and keeps what it is told.
/// </summary>
internal sealed class FakeRouter : IDisposable
{
    private const int HeaderLength = 16;
    private const int Reply = 1;
    private const int Query = 2004;
    private const int Message = 2013;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FakeRouter()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public ConcurrentQueue<BsonDocument> Commands { get; } = new();

    public string ConnectionString =>
        $"mongodb://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/";

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var header = new byte[HeaderLength];
            while (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength)
            {
                var body = new byte[Number(header, 0) - HeaderLength];
                await stream.ReadExactlyAsync(body);
                var isQuery = Number(header, 12) == Query;
                var command = Parse(body, isQuery ? 4 + "admin.$cmd\0".Length + 8 : 5);
                await stream.WriteAsync(Answer(Number(header, 4), isQuery, Carry(command)));
            }
        }
    }

    private BsonDocument Carry(BsonDocument command)
    {
        if (string.Equals(command.GetElement(0).Name, "isMaster", StringComparison.OrdinalIgnoreCase))
        {
            return new BsonDocument
            {
                { "ismaster", true },
                { "msg", "isdbgrid" },
                { "maxBsonObjectSize", 16 << 20 },
                { "maxMessageSizeBytes", 48_000_000 },
                { "maxWriteBatchSize", 100_000 },
                { "minWireVersion", 0 },
                { "maxWireVersion", 21 },
                { "ok", 1 },
            };
        }

        Commands.Enqueue(command);
        return new BsonDocument("ok", 1);
    }

    private static byte[] Answer(int requestId, bool isQuery, BsonDocument answer)
    {
        var document = answer.ToBson();
        var prefix = isQuery ? new byte[20] : new byte[5];
        if (isQuery)
            BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(16), 1);
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteInt32LittleEndian(header, HeaderLength + prefix.Length + document.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), requestId);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), isQuery ? Reply : Message);
        return [.. header, .. prefix, .. document];
    }

    private static BsonDocument Parse(byte[] body, int at) =>
        BsonSerializer.Deserialize<BsonDocument>(body[at..(at + Number(body, at))]);

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
}
