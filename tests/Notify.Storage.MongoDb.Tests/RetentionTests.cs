using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance.Storage;
using Notify.TestSupport;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>Tests of retention that concern only MongoDB, such as its TTL indexes.</summary>
public sealed class RetentionTests(MongoDbServer server) : TestDatabase(server)
{
    [Fact]
    public async Task What_a_digest_still_collects_is_kept_until_it_is_closed()
    {
        var store = await OpenStoreAsync();
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = Recipient.User("u"),
            Template = "summary",
        };
        var request = Request(deliveries: 0);
        var collected = new DigestEvent
        {
            Id = Guid.CreateVersion7(Now),
            NotificationId = request.Notification.Id,
            Recipient = Recipient.User("u"),
            Trigger = trigger,
            TemplateVersion = 1,
            DueAt = Now.AddHours(5),
        };
        await EnqueueAsync(store, request with { Digests = [collected] });

        await PurgeAsync(store);

        var due = new DueRequest("worker", Now.AddHours(5), Now.AddHours(6));
        var digest = Assert.Single(await store.Digests.LeaseAsync(due, Cancellation));
        Assert.Equal(collected.Id, Assert.Single(digest.Events).Id);
        Assert.Equal(1, await CountAsync("notifications"));
    }

    [Fact]
    public async Task A_key_outlives_the_notification_that_claimed_it()
    {
        var time = new ManualTime(Now.AddHours(2));
        var store = await OpenStoreAsync(notifications => notifications.Services.AddSingleton<TimeProvider>(time));
        var claim = new IdempotencyClaim("order", new byte[32], Now.AddHours(24));
        var request = Request(idempotency: claim);
        await EndAsync(store, request);

        Assert.Equal(1, await PurgeAsync(store));

        Assert.Equal(
            new EnqueueResult(EnqueueStatus.Duplicate, request.Notification.Id),
            await EnqueueAsync(store, Request(idempotency: claim, acceptedAt: Now.AddHours(2)))
        );
        Assert.Null(await store.Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation));
        Assert.Equal(1, await CountAsync("notifications", "{ purgeAt: { $exists: true }, contents: { $exists: false } }"));
    }

    [Theory]
    [InlineData("idempotency", "expiresAt")]
    [InlineData("throttles", "purgeAt")]
    [InlineData("notifications", "purgeAt")]
    public async Task The_server_is_told_to_forget_what_needs_no_look(string collection, string field)
    {
        await OpenStoreAsync();

        using var cursor = await Collection(collection).Indexes.ListAsync(Cancellation);
        var indexes = await cursor.ToListAsync(Cancellation);

        var forgetting = Assert.Single(indexes, index => index.Contains("expireAfterSeconds"));
        Assert.Equal(
            (new BsonDocument(field, 1), 0),
            (forgetting["key"].AsBsonDocument, forgetting["expireAfterSeconds"].ToInt32())
        );
    }

    private static async Task<long> PurgeAsync(ConformanceStore store) =>
        await store.Retention.PurgeNotificationsAsync(Now.AddHours(1), most: 10, Cancellation);

    private static async Task EndAsync(ConformanceStore store, EnqueueRequest request)
    {
        await EnqueueAsync(store, request);
        var leases = await LeaseAsync(store);
        await store.Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Sent))], Cancellation);
    }
}
