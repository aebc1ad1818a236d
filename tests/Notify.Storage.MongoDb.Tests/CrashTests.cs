using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance.Storage;
using Notify.Providers;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>Tests of the data that a process leaves behind when it dies between two writes.</summary>
public sealed class CrashTests(MongoDbServer server) : TestDatabase(server)
{
    [Theory]
    [InlineData("insert", "deliveries")]
    [InlineData("insert", "expansions")]
    [InlineData("insert", "notifications")]
    public async Task A_notification_that_was_half_written_never_counts(string command, string collection)
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 3) with { Expansions = [new NewExpansion("news", 1, Now)] };

        await DyingAsync(command, collection, async dying => await dying.Queue.EnqueueAsync([request], Cancellation));

        Assert.Null(await store.Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation));
        Assert.Empty(await store.Notifications.ListDeliveriesAsync(Tenant, request.Notification.Id, null, 10, Cancellation));
        Assert.Empty(await store.Notifications.CountDeliveriesAsync(Tenant, request.Notification.Id, Cancellation));
        Assert.Null(await store.Queue.CancelAsync(Tenant, request.Notification.Id, Now, Cancellation));
        Assert.Empty(await LeaseAsync(store));
        Assert.Empty(await store.Expansions.LeaseAsync(new DueRequest("worker", Now, Now.AddMinutes(2)), Cancellation));
    }

    [Fact]
    public async Task What_was_half_written_is_cleared_away_and_keeps_nobody_from_their_turn()
    {
        var store = await OpenStoreAsync();
        await DyingAsync("insert", "notifications", async dying =>
            await dying.Queue.EnqueueAsync([Request(deliveries: 30)], Cancellation)
        );
        var whole = Request(deliveries: 2, change: delivery => delivery with { DueAt = Now.AddSeconds(1) });
        await EnqueueAsync(store, whole);

        Assert.Equal(2, (await LeaseAsync(store, max: 5, now: Now.AddSeconds(1))).Count);
        Assert.Equal(32, await CountAsync("deliveries"));

        Assert.Equal(2, (await LeaseAsync(store, max: 5, now: Now.AddHours(1))).Count);
        Assert.Equal(2, await CountAsync("deliveries"));
    }

    [Fact]
    public async Task A_notification_that_was_given_up_cannot_be_written_any_more()
    {
        var store = await OpenStoreAsync();
        var request = Request();
        await DyingAsync("insert", "notifications", async dying => await dying.Queue.EnqueueAsync([request], Cancellation));
        Assert.Empty(await LeaseAsync(store, now: Now.AddHours(1)));

        await Assert.ThrowsAsync<TimeoutException>(() => EnqueueAsync(store, request));

        Assert.Null(await store.Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation));
    }

    [Fact]
    public async Task A_request_that_is_repeated_because_its_answer_was_lost_is_stored_once()
    {
        var store = await OpenStoreAsync();
        var claim = new IdempotencyClaim("order", new byte[32], Now.AddDays(1));
        var request = Request(idempotency: claim, change: delivery => delivery with { CollapseKey = "score" });

        var results = new[] { await EnqueueAsync(store, request), await EnqueueAsync(store, request) };

        Assert.All(results, result => Assert.Equal(new EnqueueResult(EnqueueStatus.Stored, request.Notification.Id), result));
        Assert.Equal(request.Deliveries[0].Delivery.Id, Assert.Single(await LeaseAsync(store)).Delivery.Id);
    }

    [Fact]
    public async Task A_key_whose_notification_was_never_written_goes_to_the_next_that_asks()
    {
        var store = await OpenStoreAsync(notifications => notifications.Services.AddSingleton<TimeProvider>(new HurriedTime()));
        var claim = new IdempotencyClaim("order", new byte[32], Now.AddDays(1));
        await DyingAsync("insert", "notifications", async dying =>
            await dying.Queue.EnqueueAsync([Request(idempotency: claim)], Cancellation)
        );
        EnqueueRequest[] next = [.. Enumerable.Range(0, 8).Select(_ => Request(idempotency: claim))];

        var results = await Task.WhenAll(next.Select(request => Task.Run(() => EnqueueAsync(store, request))));

        var stored = Assert.Single(results, result => result.Status == EnqueueStatus.Stored);
        Assert.All(results, result => Assert.Equal(stored.NotificationId, result.NotificationId));
        Assert.Equal(stored.NotificationId, Assert.Single(await LeaseAsync(store)).Delivery.NotificationId);
    }

    [Fact]
    public async Task A_batch_of_an_expansion_that_was_half_written_is_finished_by_whoever_leases_it_next()
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 3);
        await EnqueueAsync(store, request with { Deliveries = [], Expansions = [new NewExpansion("news", 3, Now)] });
        var lease = Assert.Single(
            await store.Expansions.LeaseAsync(new DueRequest("worker", Now, Now.AddMinutes(2)), Cancellation)
        );
        var step = new ExpansionStep
        {
            Lease = lease,
            Cursor = "c",
            Done = 3,
            IsComplete = true,
            At = Now,
            Until = Now,
            Deliveries = request.Deliveries,
            Digests = [],
        };

        await DyingAsync("insert", "deliveries", async dying => await dying.Expansions.AdvanceAsync(step, Cancellation));
        Assert.Equal(0, await CountAsync("deliveries"));

        Assert.Empty(
            await store.Expansions.LeaseAsync(new DueRequest("other", Now.AddMinutes(1), Now.AddMinutes(3)), Cancellation)
        );
        Assert.Equal(3, (await LeaseAsync(store)).Count);
        Assert.True(
            Assert.Single(await store.Expansions.GetProgressAsync(Tenant, request.Notification.Id, Cancellation)).IsComplete
        );
        Assert.False(await store.Expansions.AdvanceAsync(step, Cancellation));
    }

    [Fact]
    public async Task A_cancellation_stops_what_a_half_written_batch_would_still_add()
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 3);
        await EnqueueAsync(store, request with { Deliveries = [], Expansions = [new NewExpansion("news", 3, Now)] });
        var lease = Assert.Single(
            await store.Expansions.LeaseAsync(new DueRequest("worker", Now, Now.AddMinutes(2)), Cancellation)
        );
        var step = new ExpansionStep
        {
            Lease = lease,
            Cursor = "c",
            Done = 3,
            IsComplete = true,
            At = Now,
            Until = Now,
            Deliveries = request.Deliveries,
            Digests = [],
        };
        await DyingAsync("insert", "deliveries", async dying => await dying.Expansions.AdvanceAsync(step, Cancellation));

        var cancellation = await store.Queue.CancelAsync(Tenant, request.Notification.Id, Now, Cancellation);

        Assert.Equal(3, cancellation!.Cancelled);
        Assert.Empty(await LeaseAsync(store, now: Now.AddYears(1)));
    }

    [Theory]
    [InlineData("insert", "deliveries")]
    [InlineData("insert", "notifications")]
    [InlineData("update", "digestEvents")]
    [InlineData("delete", "digests")]
    public async Task A_digest_that_was_half_closed_is_closed_by_whoever_leases_it_next_and_sent_once(
        string command,
        string collection
    )
    {
        var store = await OpenStoreAsync();
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = Recipient.User("u"),
            Template = "summary",
        };
        var request = Request(deliveries: 0);
        var id = request.Notification.Id;
        var collected = new DigestEvent
        {
            Id = Guid.CreateVersion7(Now),
            NotificationId = id,
            Recipient = Recipient.User("u"),
            Trigger = trigger,
            TemplateVersion = 1,
            DueAt = Now,
        };
        await EnqueueAsync(store, request with { Digests = [collected] });
        var lease = Assert.Single(await store.Digests.LeaseAsync(new DueRequest("worker", Now, Now.AddMinutes(2)), Cancellation));
        var sum = Request();
        var closing = new DigestClosing(lease, CollectedState.Summarized, Now.AddHours(1)) { Summary = sum };

        await DyingAsync(command, collection, async dying => await dying.Digests.CloseAsync(closing, Cancellation));

        Assert.Empty(await store.Digests.LeaseAsync(new DueRequest("other", Now.AddMinutes(2), Now.AddMinutes(4)), Cancellation));
        Assert.Equal(sum.Deliveries[0].Delivery.Id, Assert.Single(await LeaseAsync(store)).Delivery.Id);
        Assert.False(await store.Digests.CloseAsync(closing with { Summary = Request() }, Cancellation));
        var ended = Assert.Single(await store.Digests.ListAsync(Tenant, id, false, 10, Cancellation));
        Assert.Equal((CollectedState.Summarized, sum.Notification.Id), (ended.State, ended.SummaryId));
        Assert.Empty(await store.Digests.LeaseAsync(new DueRequest("other", Now.AddYears(1), Now.AddYears(2)), Cancellation));
        Assert.Equal(0, await CountAsync("digests"));
    }

    [Theory]
    [InlineData("update", "digests")]
    [InlineData("insert", "deliveries")]
    [InlineData("update", "digestEvents")]
    public async Task A_cancellation_finds_an_event_of_a_half_closed_digest_in_its_summary(string command, string collection)
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 0);
        var id = request.Notification.Id;
        var trigger = request.Notification.Trigger with { To = Recipient.User("u"), Template = "summary", Content = null };
        var collected = new DigestEvent
        {
            Id = Guid.CreateVersion7(Now),
            NotificationId = id,
            Recipient = Recipient.User("u"),
            Trigger = trigger,
            TemplateVersion = 1,
            DueAt = Now,
        };
        await EnqueueAsync(store, request with { Digests = [collected] });
        var lease = Assert.Single(await store.Digests.LeaseAsync(new DueRequest("worker", Now, Now.AddMinutes(2)), Cancellation));
        var closing = new DigestClosing(lease, CollectedState.Summarized, Now.AddHours(1)) { Summary = Request() };
        await DyingAsync(command, collection, async dying => await dying.Digests.CloseAsync(closing, Cancellation));

        var cancellation = await store.Queue.CancelAsync(Tenant, id, Now, Cancellation);

        var ended = Assert.Single(await store.Digests.ListAsync(Tenant, id, false, 10, Cancellation));
        Assert.Equal(ended.State == CollectedState.Cancelled ? (1, 0) : (0, 1), (cancellation!.Collected, cancellation.Ended));
        Assert.Equal(ended.State == CollectedState.Cancelled ? 0 : 1, (await LeaseAsync(store)).Count);
        Assert.Equal(0, await CountAsync("digests"));
    }

    [Theory]
    [InlineData("update", "deliveries")]
    [InlineData("update", "notifications")]
    public async Task An_erasure_that_was_cut_off_leaves_nothing_after_the_next_pass(string command, string collection)
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 1, change: delivery => delivery with { UserId = "u" });
        var address = request.Deliveries[0].Delivery.To.Value;
        var other = Request().Deliveries[0].Delivery with
        {
            NotificationId = request.Notification.Id,
            UserId = "v",
            To = new Address(Channel.Email, "bo@example.org"),
        };
        var trigger = request.Notification.Trigger with
        {
            To = RecipientList.Create([Recipient.User("u"), Recipient.User("v"), Recipient.Email(address)]),
        };
        await EnqueueAsync(
            store,
            request with
            {
                Notification = request.Notification with { Trigger = trigger },
                Deliveries = [.. request.Deliveries, new QueuedDelivery(other, Now)],
            }
        );
        var batch = new ErasureBatch
        {
            Erasures = [new Erasure(Tenant, "u", Now)],
            After = Guid.Empty,
            Limit = 10,
            Now = Now,
        };
        await DyingAsync(command, collection, async dying => await dying.Erasures.EraseDeliveriesAsync(batch, Cancellation));

        Assert.Empty((await store.Erasures.EraseDeliveriesAsync(batch, Cancellation)).Busy);

        var notification = await store.Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation);
        Assert.Equal([Recipient.User("u"), Recipient.User("v")], notification!.Trigger.To);
        Assert.Equal(1, await CountAsync("deliveries", """{ "user": "u", "address": "" }"""));
    }

    /// <summary>Does something with a store that is cut off before it sends a command.</summary>
    private async Task DyingAsync(string command, string collection, Func<ConformanceStore, Task> work)
    {
        using var proxy = new BreakableProxy(ConnectionString);
        using var client = proxy.ClientThatDiesBefore(command, collection);
        await using var dying = await proxy.OpenAsync(async () =>
            await ConformanceStore.OpenAsync(notifications =>
                notifications.UseMongoDb(options => (options.Client, options.Database) = (client, Name))
            )
        );

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => work(dying));

        Assert.True(exception is MongoException or TimeoutException, exception.ToString());
    }
}
