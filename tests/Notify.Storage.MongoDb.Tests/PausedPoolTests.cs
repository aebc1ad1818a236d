using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Notify.Conformance.Storage;
using Notify.Providers;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// A call waits for a connection while the driver pauses its pool, because another call lost its connection. The driver fails the
/// waiting call at once; neither that nor the election behind it may fail the caller.
/// </summary>
public sealed class PausedPoolTests : IAsyncLifetime
{
    private const string Held = "held";
    private static readonly DateTimeOffset s_now = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary(keepsCommands: false);
    private readonly PeerDatabase _database = new();
    private readonly MongoClient _client;
    private ConformanceStore? _store;
    private int _checkouts;
    private int _pauses;
    private int _before;
    private bool _isLost;

    public PausedPoolTests()
    {
        _server.Script = _database.Execute;
        var settings = MongoClientSettings.FromConnectionString(_server.ConnectionString);
        settings.MaxConnectionPoolSize = 1;
        settings.ClusterConfigurator = cluster =>
            cluster
                .Subscribe<ConnectionPoolCheckingOutConnectionEvent>(_ => Interlocked.Increment(ref _checkouts))
                .Subscribe<ConnectionPoolCheckingOutConnectionFailedEvent>(failed =>
                {
                    if (failed.Exception is MongoConnectionPoolPausedException)
                        Interlocked.Increment(ref _pauses);
                });
        _client = new MongoClient(settings);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store!.DisposeAsync();
        _client.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("find")]
    [InlineData("aggregate")]
    [InlineData("distinct")]
    [InlineData("insert")]
    [InlineData("update")]
    [InlineData("delete")]
    public async Task A_call_that_waits_for_a_paused_pool_succeeds(string command)
    {
        var sent = new ConcurrentQueue<string>();
        _server.Script = received =>
        {
            if (received[0] == Held)
                return HoldUntilAnotherWaits(received);
            if (CommandKind.TryCreate(received) is { } kind)
                sent.Enqueue(kind.Command);
            return _database.Execute(received);
        };

        var losing = LoseConnectionAsync();
        await CallAsync(command);
        await losing;

        Assert.Equal(command, sent.First());
        Assert.NotEqual(0, _pauses);
    }

    /// <summary>For commands that are never the first of a call: the pool pauses after the command before.</summary>
    [Theory]
    [InlineData("findAndModify", "notifications")]
    [InlineData("createIndexes", "housekeeping")]
    public async Task A_call_that_waits_for_a_paused_pool_in_its_midst_succeeds(string command, string before)
    {
        await _store!.Queue.EnqueueAsync(
            [FaultTests.Request(deliveries: 0) with { Expansions = [new NewExpansion("news", 1, s_now)] }],
            Cancellation
        );
        Task? losing = null;
        var sent = new ConcurrentQueue<string>();
        _server.Script = received =>
        {
            if (received[0] == Held)
                return HoldUntilAnotherWaits(received);
            if (losing is null && received.GetElement(0).Name == "find" && received[0] == before)
            {
                losing = LoseConnectionAsync();
                return _database.Execute(received);
            }

            if (losing is not null && CommandKind.TryCreate(received) is { } kind)
                sent.Enqueue(kind.Command);
            return _database.Execute(received);
        };

        await CallAsync(command);
        await losing!;

        Assert.Equal(command, sent.First());
        Assert.NotEqual(0, _pauses);
    }

    private ValueTask<ConformanceStore> OpenAsync() =>
        ConformanceStore.OpenAsync(notifications => notifications.UseMongoDb(_client));

    private async Task CallAsync(string command)
    {
        var user = new User { Tenant = FaultTests.Tenant, Id = "ada" };
        switch (command)
        {
            case "find":
                Assert.Empty(await _store!.Users.FindAsync(user.Tenant, [user.Id], Cancellation));
                break;
            case "aggregate":
                Assert.Null(await _store!.Topics.CountAsync(user.Tenant, "news", Cancellation));
                break;
            case "distinct":
                Assert.Empty(
                    await _store!.Queue.LeaseAsync(
                        new LeaseRequest
                        {
                            Owner = "worker",
                            Now = s_now,
                            Until = s_now.AddMinutes(2),
                            Slots = [new LeaseSlots(Priority.Normal, "mail", 10)],
                        },
                        Cancellation
                    )
                );
                break;
            case "insert":
                await _store!.Topics.SubscribeAsync(user.Tenant, "news", [user.Id], Cancellation);
                Assert.Equal(1, await _store.Topics.CountAsync(user.Tenant, "news", Cancellation));
                break;
            case "update":
                await _store!.Users.SaveAsync([user], Cancellation);
                Assert.Single(await _store.Users.FindAsync(user.Tenant, [user.Id], Cancellation));
                break;
            case "delete":
                Assert.False(await _store!.Devices.RemoveAsync(user.Tenant, user.Id, "phone", Cancellation));
                break;
            case "findAndModify":
                Assert.Single(
                    await _store!.Expansions.LeaseAsync(new DueRequest("worker", s_now, s_now.AddMinutes(2)), Cancellation)
                );
                break;
            default:
                await using (await OpenAsync())
                    break;
        }
    }

    /// <summary>Takes the only connection, and loses it when another call waits for it.</summary>
    private Task LoseConnectionAsync()
    {
        _before = Volatile.Read(ref _checkouts);
        var losing = Task.Run(
            () =>
                _client
                    .GetDatabase("notify")
                    .GetCollection<BsonDocument>(Held)
                    .Find(new BsonDocument("_id", 1))
                    .ToListAsync(Cancellation),
            Cancellation
        );
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _checkouts) > _before, TimeSpan.FromMinutes(1)));
        return losing;
    }

    private BsonDocument? HoldUntilAnotherWaits(BsonDocument received)
    {
        if (_isLost)
            return _database.Execute(received);

        _isLost = true;
        // This call's checkout is the first, the waiting one's the second.
        SpinWait.SpinUntil(() => Volatile.Read(ref _checkouts) > _before + 1, TimeSpan.FromMinutes(1));
        throw new ConnectionLostException();
    }
}
