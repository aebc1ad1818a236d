using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Tests;
using Notify.Storage.MongoDb.Tests.Peer;
using Notify.TestSupport;
using Xunit.Sdk;

[assembly: AssemblyFixture(typeof(MongoDbServer))]

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// The server for the assembly's tests: the one whose connection string NOTIFY_TEST_MONGODB gives, or else a replica set of one
/// <c>mongod</c> in a folder of its own, or else the scripted peer. It starts with the first test that asks for a database.
/// </summary>
public sealed class MongoDbServer : IAsyncDisposable
{
    private readonly Action<QueryShape>? _observe;
    private readonly Action<BsonDocument>? _receive;
    private ScriptedServer? _peer;
    private bool _isRouter;

    public MongoDbServer() { }

    /// <summary>Starts the scripted peer, whatever server there is, and tells of each query and command that it gets.</summary>
    internal MongoDbServer(Action<QueryShape> observe, Action<BsonDocument> receive) => (_observe, _receive) = (observe, receive);

    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly TemporaryFolder _folder = new();
    private readonly string _run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N")[..12];
    private ServerProcess? _process;
    private MongoClient? _client;
    private int _databases;

    public string ConnectionString { get; private set; } = "";

    /// <summary>A client that looks in from outside.</summary>
    public IMongoClient Client => _client ?? throw new InvalidOperationException("The server starts with the first database.");

    /// <summary>A new, empty database's name.</summary>
    /// <param name="isRealOnly">Whether the test is skipped where only the scripted peer is there.</param>
    public async ValueTask<string> CreateDatabaseAsync(bool isRealOnly = false)
    {
        await StartAsync();
        if (isRealOnly && _peer is not null)
            throw SkipException.ForSkip("No MongoDB: set NOTIFY_TEST_MONGODB or install mongod.");
        var name = $"notify_{_run}_{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        // Without its shard keys, all of a database would be on one shard.
        if (_isRouter)
            await MongoDbSharding.ApplyAsync(Client, name);
        return name;
    }

    /// <summary>Removes a database, also while another member becomes the primary.</summary>
    public Task DropDatabaseAsync(string name) =>
        Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await Client.DropDatabaseAsync(name);
                    return true;
                }
                catch (MongoException)
                {
                    return false;
                }
            },
            "a database to be removed"
        );

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _peer?.Dispose();
        _folder.Dispose();
        _starting.Dispose();
    }

    private async ValueTask StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_client is not null)
                return;

            ConnectionString =
                _observe is not null ? StartPeer()
                : Environment.GetEnvironmentVariable("NOTIFY_TEST_MONGODB") is { Length: > 0 } given ? given
                // The registries have no mongod, so it is the one program that test.sh cannot install.
                : ServerProcess.TryFind("mongod") is { } mongod ? await StartServerAsync(mongod)
                : StartPeer();
            var client = new MongoClient(ConnectionString);
            var hello = await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("isMaster", 1));
            _isRouter = hello.GetValue("msg", "") == "isdbgrid";
            _client = client;
        }
        finally
        {
            _starting.Release();
        }
    }

    private string StartPeer()
    {
        var database = new PeerDatabase { Observe = _observe };
        _peer = _observe is null
            ? ScriptedServer.StartPrimary(keepsCommands: false)
            : ScriptedServer.StartRouter(keepsCommands: false);
        _peer.Script = command =>
        {
            _receive?.Invoke(command);
            return database.Execute(command);
        };
        return _peer.ConnectionString;
    }

    private async Task<string> StartServerAsync(string mongod)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        _process = ServerProcess.Start(
            mongod,
            ["--dbpath", _folder.Path, "--bind_ip", "127.0.0.1", "--port", port, "--replSet", "notify", "--nounixsocket"]
        );
        using var client = new MongoClient($"mongodb://127.0.0.1:{port}/?directConnection=true&serverSelectionTimeoutMS=1000");
        await Eventually.TrueAsync(() => InitiateAsync(client, port), "the MongoDB server to become a primary");
        return $"mongodb://127.0.0.1:{port}/?replicaSet=notify";
    }

    private async Task<bool> InitiateAsync(MongoClient client, string port)
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"mongod ended: {_process.Output}");

        var admin = client.GetDatabase("admin");
        try
        {
            var member = new BsonDocument { { "_id", 0 }, { "host", $"127.0.0.1:{port}" } };
            var set = new BsonDocument
            {
                { "_id", "notify" },
                {
                    "members",
                    new BsonArray { member }
                },
            };
            await admin.RunCommandAsync<BsonDocument>(new BsonDocument("replSetInitiate", set));
        }
        catch (MongoException)
        {
            // It does not listen yet, or was told before.
        }
        catch (TimeoutException)
        {
            return false;
        }

        var hello = await admin.RunCommandAsync<BsonDocument>(new BsonDocument("isMaster", 1));
        return hello["ismaster"].ToBoolean();
    }
}
