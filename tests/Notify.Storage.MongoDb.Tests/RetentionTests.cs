using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance;
using Notify.Planning;
using Notify.Queueing;
using Notify.Testing;
using Notify.Triggering;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>What is forgotten when, and what is not.</summary>
public sealed class RetentionTests(MongoDbServer server) : TestDatabase(server)
{
    private readonly ManualTime _time = new(Now);

    [Fact]
    public async Task What_has_ended_is_removed_after_its_retention()
    {
        var store = await OpenWithRetentionAsync();
        var request = Request(deliveries: 3);
        await EndAsync(store, request);

        await PassAsync(TimeSpan.FromMinutes(59));
        Assert.NotNull(await store.Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation));

        await PassAsync(TimeSpan.FromMinutes(3));
        await Eventually.TrueAsync(async () => await CountAsync("notifications") == 0, "the notification to be removed");
        Assert.Equal(0, await CountAsync("deliveries"));
    }

    [Fact]
    public async Task What_has_not_ended_is_kept_until_it_has()
    {
        var store = await OpenWithRetentionAsync();
        var ended = Request();
        await EndAsync(store, ended);
        var waiting = Request(deliveries: 2, change: delivery => delivery with { DueAt = Now.AddHours(5) });
        await EnqueueAsync(store, waiting);
        var expanding = Request(deliveries: 0) with { Expansions = [new NewExpansion("news", 1, Now.AddHours(5))] };
        await EnqueueAsync(store, expanding);
        var trigger = new Trigger { Tenant = Tenant, To = Recipient.User("u"), Template = "summary" };
        var collected = new DigestEvent(Guid.CreateVersion7(Now), Recipient.User("u"), trigger, Now.AddHours(5));
        var collecting = Request(deliveries: 0) with { Digests = [collected] };
        await EnqueueAsync(store, collecting);

        await PassAsync(TimeSpan.FromHours(3));
        await Eventually.TrueAsync(async () => await CountAsync("notifications") == 3, "the one that has ended to be removed");

        var leases = await LeaseAsync(store, now: Now.AddHours(5));
        Assert.Equal(2, leases.Count);
        await store.Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Accepted))], Cancellation);
        var digest = Assert.Single(await store.Digests.LeaseAsync("worker", Now.AddHours(5), Now.AddHours(6), 10, Cancellation));
        Assert.Equal(collected.Id, Assert.Single(digest.Events).Id);
        Assert.Single(await store.Expansions.LeaseAsync("worker", Now.AddHours(5), Now.AddHours(6), 10, Cancellation));
        await PassAsync(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(async () => await CountAsync("notifications") == 2, "the next that has ended to be removed");
        Assert.Equal(0, await CountAsync("deliveries"));
    }

    [Fact]
    public async Task A_key_outlives_the_notification_that_claimed_it()
    {
        var store = await OpenWithRetentionAsync();
        var claim = new IdempotencyClaim("order", new byte[32], Now.AddHours(24));
        var request = Request(idempotency: claim);
        await EndAsync(store, request);
        await PassAsync(TimeSpan.FromHours(2));
        await Eventually.TrueAsync(async () => await CountAsync("deliveries") == 0, "the notification to be removed");

        Assert.Equal(
            new EnqueueResult(EnqueueStatus.Duplicate, request.Notification.Id),
            await EnqueueAsync(store, Request(idempotency: claim, at: Now.AddHours(2))));
        Assert.Null(await store.Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation));
    }

    [Fact]
    public async Task Without_a_retention_everything_is_kept()
    {
        var store = await OpenStoreAsync(notifications => notifications.Services.AddSingleton<TimeProvider>(_time));
        await EndAsync(store, Request());

        _time.Advance(TimeSpan.FromDays(365));

        Assert.Equal(0, _time.TimersCreated);
        Assert.Equal(1, await CountAsync("notifications"));
    }

    [Theory]
    [InlineData("idempotency", "expiresAt")]
    [InlineData("throttles", "purgeAt")]
    [InlineData("notifications", "purgeAt")]
    [InlineData("digestEvents", "purgeAt")]
    public async Task The_server_is_told_to_forget_what_needs_no_look(string collection, string field)
    {
        await OpenStoreAsync();

        using var cursor = await Collection(collection).Indexes.ListAsync(Cancellation);
        var indexes = await cursor.ToListAsync(Cancellation);

        var forgetting = Assert.Single(indexes, index => index.Contains("expireAfterSeconds"));
        Assert.Equal(
            (new BsonDocument(field, 1), 0), (forgetting["key"].AsBsonDocument, forgetting["expireAfterSeconds"].ToInt32()));
    }

    private Task<ConformanceStore> OpenWithRetentionAsync() => OpenStoreAsync(notifications =>
    {
        notifications.Services.AddSingleton<TimeProvider>(_time);
        notifications.Services.Configure<NotificationsOptions>(options => options.Retention = TimeSpan.FromHours(1));
    });

    private async Task PassAsync(TimeSpan time)
    {
        await Eventually.TrueAsync(() => _time.TimersWaiting > 0, "the next round to be planned");
        _time.Advance(time);
    }

    private static async Task EndAsync(ConformanceStore store, EnqueueRequest request)
    {
        await EnqueueAsync(store, request);
        var leases = await LeaseAsync(store);
        await store.Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Accepted))], Cancellation);
    }
}
