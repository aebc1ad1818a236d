using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Notify.Conformance.Storage;
using Notify.Providers;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// Faults that only elections, majorities and sharded clusters show, one by one, against the scripted peer. They need no MongoDB.
/// </summary>
public sealed class FaultTests : IAsyncLifetime
{
    internal const string Tenant = "tenant-1";
    private const string Provider = "mail";

    private static readonly DateTimeOffset s_now = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private readonly PeerDatabase _database = new();
    private ConformanceStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConformanceStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _server.Script = _database.Execute;
        _store = await ConformanceStore.OpenAsync(notifications => notifications.UseMongoDb(_server.ConnectionString));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task A_settlement_that_was_written_although_its_call_failed_is_answered_true_when_it_is_repeated()
    {
        var lease = await LeaseOneAsync();
        FailAfter("update", "deliveries", PeerError.WriteConcernFailed, times: int.MaxValue);
        await Assert.ThrowsAnyAsync<MongoException>(() => SettleAsync(Ended(lease)));
        _server.Script = _database.Execute;

        Assert.True(await SettleAsync(Ended(lease)));
        Assert.False(await SettleAsync(Ended(lease)));
    }

    [Fact]
    public async Task Settlements_of_which_a_shard_refused_some_are_told_apart()
    {
        var leases = await LeaseAsync(4);
        var stale = Ended(leases[3]) with { Fence = leases[3].Fence - 1 };
        var isFirst = true;
        _server.Script = command =>
        {
            if (!isFirst || !Is(command, "update", "deliveries"))
                return _database.Execute(command);
            isFirst = false;
            var answer = _database.Execute(
                new BsonDocument(command) { ["updates"] = new BsonArray(command["updates"].AsBsonArray.Take(2)) }
            )!;
            var refused = Enumerable.Range(2, 2).Select(i => PeerError.InterruptedByElection.CreateWriteError(i));
            return new BsonDocument(answer).Add("writeErrors", new BsonArray(refused));
        };

        var applied = await Store.Queue.SettleAsync([.. leases.Take(3).Select(Ended), stale], Cancellation);

        Assert.Equal([true, true, true, false], applied);
    }

    [Fact]
    public async Task Calls_of_a_batch_are_not_tried_one_by_one_when_the_majority_does_not_answer()
    {
        var leases = await LeaseAsync(40);
        using var hasAll = new ManualResetEventSlim();
        _server.Script = command =>
        {
            if (!Is(command, "update", "deliveries"))
                return _database.Execute(command);
            hasAll.Wait();
            return PeerError.WriteConcernFailed.AddAsWriteConcernError(_database.Execute(command)!);
        };
        var before = Sent("update", "deliveries");

        var calls = leases.Select(lease => SettleAsync(Ended(lease))).ToArray();
        hasAll.Set();
        await Task.WhenAll(calls.Select(call => Assert.ThrowsAnyAsync<MongoException>(() => call)));

        // Two batches at most, each waited for twice; with one call each it would be more than forty.
        Assert.InRange(Sent("update", "deliveries") - before, 2, 8);
    }

    [Fact]
    public async Task A_call_whose_data_the_server_refuses_does_not_fail_the_others_of_its_batch()
    {
        var large = new Content { Title = "t", Body = new string('x', 1 << 20) };
        _server.Latency = TimeSpan.FromMilliseconds(20);
        _server.Script = command =>
            Is(command, "insert", "notifications") && command["documents"].AsBsonArray.Any(IsLarge)
                ? new BsonDocument
                {
                    { "n", 0 },
                    { "ok", 1 },
                    {
                        "writeErrors",
                        new BsonArray { PeerError.TooLarge.CreateWriteError(0) }
                    },
                }
                : _database.Execute(command);

        var calls = Enumerable
            .Range(0, 10)
            .Select(i =>
                Task.Run(async () => await Store.Queue.EnqueueAsync([Request(content: i == 3 ? large : null)], Cancellation))
            )
            .ToArray();

        await Assert.ThrowsAnyAsync<MongoException>(() => calls[3]);
        foreach (var call in calls.Where((_, i) => i != 3))
            Assert.Equal(EnqueueStatus.Stored, Assert.Single(await call).Status);

        static bool IsLarge(BsonValue document) => document["contents"].AsByteArray.Length > 1 << 20;
    }

    [Theory]
    [InlineData("find")]
    [InlineData("update")]
    public async Task A_notification_that_is_stored_is_answered_although_what_follows_fails(string command)
    {
        await EnqueueAsync(Request(change: Collapsing));
        var isStored = false;
        _server.Script = sent =>
        {
            if (isStored && Is(sent, command, "deliveries"))
                return PeerError.HostUnreachable.CreateAnswer();
            isStored |= Is(sent, "insert", "notifications");
            return _database.Execute(sent);
        };
        var newer = Request(change: Collapsing);

        Assert.Equal(EnqueueStatus.Stored, (await EnqueueAsync(newer)).Status);

        // The lease repairs what the call left undone.
        _server.Script = _database.Execute;
        Assert.Equal(newer.Notification.Id, Assert.Single(await LeaseDueAsync()).Delivery.NotificationId);
        Assert.Equal(0, (await Store.Queue.GetDepthAsync(Cancellation)).Sum(depth => depth.Pending) - 1);
    }

    [Fact]
    public async Task A_settlement_is_answered_although_the_fall_back_that_follows_fails()
    {
        var chain = Guid.CreateVersion7(s_now);
        var step = 0;
        await EnqueueAsync(
            Request(deliveries: 2, change: delivery =>
                delivery with
                {
                    UserId = "u",
                    Fallback = new FallbackPlace(chain, step),
                    DueAt = s_now.AddHours(step++),
                }
            )
        );
        var lease = Assert.Single(await LeaseDueAsync());
        _server.Script = command =>
            Is(command, "find", "deliveries") ? PeerError.HostUnreachable.CreateAnswer() : _database.Execute(command);

        Assert.True(await SettleAsync(Ended(lease) with { State = DeliveryState.DeadLetter, Reason = "no" }));

        _server.Script = _database.Execute;
        Assert.Single(await LeaseDueAsync(s_now.AddHours(1)));
    }

    [Fact]
    public async Task Nothing_is_changed_or_deleted_by_a_command_for_many_documents()
    {
        var request = Request(deliveries: 3);
        await EnqueueAsync(request);
        await Store.Queue.CancelAsync(Tenant, request.Notification.Id, s_now, Cancellation);
        await Store.Retention.PurgeNotificationsAsync(s_now.AddDays(1), 100, Cancellation);

        Assert.All(Writes("update", "updates"), write => Assert.False(write.GetValue("multi", false).ToBoolean()));
        Assert.All(Writes("delete", "deletes"), write => Assert.Equal(1, write["limit"].ToInt32()));
        Assert.NotEmpty(Writes("delete", "deletes"));
    }

    [Fact]
    public async Task Deliveries_that_are_about_to_count_are_looked_for_again_within_a_moment()
    {
        var request = Request();
        var isHeld = true;
        _server.Script = command =>
            isHeld && Is(command, "insert", "notifications")
                ? new PeerError(13, "Unauthorized", "not authorized").CreateAnswer()
                : _database.Execute(command);
        await Assert.ThrowsAnyAsync<MongoException>(() => EnqueueAsync(request));

        Assert.Empty(await LeaseDueAsync());
        isHeld = false;
        await EnqueueAsync(request);

        Assert.Single(await LeaseDueAsync(s_now.AddMilliseconds(25)));
    }

    [Fact]
    public async Task The_depth_is_counted_within_the_index_of_what_is_due()
    {
        await Store.Queue.GetDepthAsync(Cancellation);

        var count = Assert.Single(_server.Commands, command => Is(command, "aggregate", "deliveries"));
        var match = count["pipeline"][0]["$match"].AsBsonDocument;
        Assert.True(match["priority"].AsBsonDocument.Contains("$gte"));
        Assert.True(match["dueAt"].AsBsonDocument.Contains("$gte"));
        Assert.Equal(["priority", "provider", "tenant", "dueAt", "_id"], count["hint"].AsBsonDocument.Names);
    }

    [Fact]
    public async Task Receipts_without_end_keep_the_newest_and_the_document_small()
    {
        var request = Request();
        await EnqueueAsync(request);
        var id = request.Deliveries[0].Delivery.Id;
        var receipts = Enumerable.Range(0, 1_200).Select(i => new Receipt(id, ReceiptKind.Opened, s_now.AddSeconds(i))).ToArray();

        await Store.Receipts.AddAsync(Tenant, receipts, Cancellation);
        await Store.Receipts.AddAsync(Tenant, receipts[^3..], Cancellation);
        await Store.Receipts.AddAsync(Tenant, [receipts[^1], receipts[^1] with { At = s_now.AddDays(1) }], Cancellation);

        var record = Assert.Single(
            await Store.Notifications.ListDeliveriesAsync(Tenant, request.Notification.Id, null, 10, Cancellation)
        );
        Assert.Equal(1_000, record.Receipts.Count);
        Assert.Equal([receipts[^1].At, s_now.AddDays(1)], record.Receipts.TakeLast(2).Select(receipt => receipt.At));
    }

    [Fact]
    public async Task A_notification_that_no_document_can_hold_is_refused_before_anything_is_written()
    {
        var before = _server.Commands.Count;
        var huge = new Content { Title = "t", Body = new string('x', 16 << 20) };

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => EnqueueAsync(Request(content: huge)));

        Assert.Equal("content", Assert.Single(exception.Errors).Field);
        Assert.Equal(before, _server.Commands.Count);
    }

    [Fact]
    public async Task A_changed_index_gets_a_name_of_its_own_and_one_under_another_name_does_not_fail_the_start()
    {
        var due = _server.Commands.Single(command => Is(command, "createIndexes", "deliveries"))["indexes"][0].AsBsonDocument;
        Assert.Matches("^due_[0-9a-f]{8}$", due["name"].AsString);
        using var server = ScriptedServer.StartPrimary();
        var database = new PeerDatabase();
        server.Script = database.Execute;
        var older = new BsonDocument(due) { ["name"] = "due" };
        var changed = new BsonDocument(due) { ["name"] = "collapse", ["key"] = new BsonDocument("collapse", 1) };
        database.Execute(
            new BsonDocument
            {
                { "createIndexes", "deliveries" },
                {
                    "indexes",
                    new BsonArray { older, changed }
                },
                { "$db", "notify" },
            }
        );

        await using var store = await ConformanceStore.OpenAsync(notifications =>
            notifications.UseMongoDb(server.ConnectionString)
        );

        Assert.All(server.Commands.Where(command => command.Contains("createIndexes")), command =>
            Assert.Equal("majority", command["commitQuorum"])
        );
    }

    [Fact]
    public async Task A_lease_sends_a_bounded_number_of_searches_at_a_time()
    {
        await Store.Queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(i => Request(tenant: $"tenant-{i}"))], Cancellation);
        var (now, most) = (0, 0);
        var settings = MongoClientSettings.FromConnectionString(_server.ConnectionString);
        settings.MaxConnecting = 60;
        settings.ClusterConfigurator = cluster =>
            cluster
                .Subscribe<CommandStartedEvent>(_ => InterlockedMax(ref most, Interlocked.Increment(ref now)))
                .Subscribe<CommandSucceededEvent>(_ => Interlocked.Decrement(ref now));
        using var client = new MongoClient(settings);
        await using var other = await ConformanceStore.OpenAsync(notifications => notifications.UseMongoDb(client));
        _server.Latency = TimeSpan.FromMilliseconds(200);

        var slots = new LeaseSlots(Priority.Normal, Provider, 1_000);
        var leases = await other.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = "worker",
                Now = s_now,
                Until = s_now.AddMinutes(2),
                Slots = [slots],
            },
            Cancellation
        );

        Assert.Equal(60, leases.Count);
        Assert.InRange(most, 2, 16);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var known = most; known < value && Interlocked.CompareExchange(ref most, value, known) != known; )
            known = most;
    }

    private static bool Is(BsonDocument command, string name, string collection) =>
        command.GetElement(0).Name == name && command[0] == collection;

    private int Sent(string name, string collection) => _server.Commands.Count(command => Is(command, name, collection));

    private IEnumerable<BsonDocument> Writes(string name, string field) =>
        _server
            .Commands.Where(command => command.GetElement(0).Name == name)
            .SelectMany(command => command[field].AsBsonArray.Select(write => write.AsBsonDocument));

    private void FailAfter(string name, string collection, PeerError error, int times) =>
        _server.Script = command =>
            Is(command, name, collection) && times-- > 0
                ? error.AddAsWriteConcernError(_database.Execute(command)!)
                : _database.Execute(command);

    private static Delivery Collapsing(Delivery delivery) =>
        delivery with
        {
            CollapseKey = "score",
            To = new Address(Channel.Email, "ada@example.org"),
        };

    private async Task<EnqueueResult> EnqueueAsync(EnqueueRequest request) =>
        Assert.Single(await Store.Queue.EnqueueAsync([request], Cancellation));

    private async Task<IReadOnlyList<Lease>> LeaseAsync(int count)
    {
        await EnqueueAsync(Request(deliveries: count));
        return await LeaseDueAsync();
    }

    private async Task<Lease> LeaseOneAsync() => Assert.Single(await LeaseAsync(1));

    private async Task<IReadOnlyList<Lease>> LeaseDueAsync(DateTimeOffset? at = null)
    {
        var now = at ?? s_now;
        var slots = new LeaseSlots(Priority.Normal, Provider, 1_000);
        return await Store.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = "worker",
                Now = now,
                Until = now.AddMinutes(2),
                Slots = [slots],
            },
            Cancellation
        );
    }

    private async Task<bool> SettleAsync(Settlement settlement) =>
        Assert.Single(await Store.Queue.SettleAsync([settlement], Cancellation));

    private static Settlement Ended(Lease lease) =>
        new()
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = DeliveryState.Sent,
            Provider = Provider,
            AttemptsSpent = 1,
            Attempt = new Attempt
            {
                Provider = Provider,
                StartedAt = s_now,
                Duration = TimeSpan.FromMilliseconds(12),
                Outcome = OutcomeKind.Sent,
            },
            SettledAt = s_now,
        };

    internal static EnqueueRequest Request(
        int deliveries = 1,
        string tenant = Tenant,
        Content? content = null,
        Func<Delivery, Delivery>? change = null
    )
    {
        var said = content ?? new Content { Title = "Hello", Body = "Hello" };
        var notification = new Notification
        {
            Id = Guid.CreateVersion7(s_now),
            Trigger = new Trigger
            {
                Tenant = tenant,
                To = Recipient.Email("ada@example.org"),
                Content = said,
            },
            AcceptedAt = s_now,
            ExpiresAt = s_now.AddDays(3),
            Contents = [new ContentVariant(null, null, said)],
        };
        var queued = Enumerable
            .Range(0, deliveries)
            .Select(i => new Delivery
            {
                Id = Guid.CreateVersion7(s_now),
                NotificationId = notification.Id,
                Tenant = tenant,
                Priority = Priority.Normal,
                To = new Address(Channel.Email, $"ada+{i}@example.org"),
                Provider = Provider,
                Content = said,
                ContentIndex = 0,
                AcceptedAt = s_now,
                DueAt = s_now,
                ExpiresAt = s_now.AddDays(3),
            })
            .Select(change ?? (delivery => delivery))
            .Select(delivery => new QueuedDelivery(delivery, delivery.DueAt));
        return new EnqueueRequest(notification, [.. queued]);
    }
}
