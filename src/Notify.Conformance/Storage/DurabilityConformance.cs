using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// The tests that data survives when a durable store is opened again. Inherit it like <see cref="DeliveryQueueConformance"/>,
/// except for stores that are not durable.
/// </summary>
public abstract class DurabilityConformance : StoreSuite
{
    [Fact]
    public async Task Deliveries_and_their_history_survive_reopening()
    {
        var delivery = await EnqueueAsync();
        await SettleAsync(Retry(await LeaseOneAsync(), Now, TimeSpan.FromMinutes(1)));
        await Store.Receipts.AddAsync(Tenant, [new Receipt(delivery.Id, ReceiptKind.Opened, Now)], Cancellation);
        var notification = await Store.Notifications.FindAsync(Tenant, delivery.NotificationId, Cancellation);
        var before = await FindAsync(delivery);

        await Store.ReopenAsync();

        Same.As(notification, await Store.Notifications.FindAsync(Tenant, delivery.NotificationId, Cancellation));
        Same.As(before, await FindAsync(delivery));
        Assert.Equal(delivery.Id, (await LeaseOneAsync(Now.AddMinutes(1))).Delivery.Id);
    }

    [Fact]
    public async Task Documents_survive_reopening()
    {
        var key = new DocumentKey("c", Tenant, "d");
        await Store.Documents.UpdateAsync(key, _ => new byte[] { 1, 0, 255 }, Cancellation);

        await Store.ReopenAsync();

        var found = await Store.Documents.FindAsync(key, Cancellation);
        Assert.Equal([1, 0, 255], found!.Content.ToArray());
    }

    [Fact]
    public async Task A_lease_survives_reopening()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();

        await Store.ReopenAsync();

        Assert.Empty(await LeaseAsync(Now, owner: OtherWorker));
        Assert.True(await SettleAsync(Sent(lease, Now)));
        Assert.Equal(DeliveryState.Sent, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task A_lost_lease_stays_lost_after_reopening()
    {
        await EnqueueAsync();
        var lost = await LeaseOneAsync();
        var held = await LeaseOneAsync(LeaseEnd, OtherWorker);

        await Store.ReopenAsync();

        Assert.False(await SettleAsync(Sent(lost, LeaseEnd)));
        Assert.True(await SettleAsync(Sent(held, LeaseEnd)));
    }

    [Fact]
    public async Task An_ended_delivery_stays_ended_after_reopening()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Deliveries(3));
        var leases = await LeaseAsync(Now, max: 2);
        await Store.Queue.SettleAsync([Sent(leases[0], Now), DeadLetter(leases[1], Now)], Cancellation);
        await Store.Queue.CancelAsync(Tenant, sample.Notification.Id, Now, Cancellation);

        await Store.ReopenAsync();

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
        Assert.Equal(1, await Store.DeadLetters.CountAsync(new DeadLetterFilter { Tenant = Tenant }, Cancellation));
    }

    [Fact]
    public async Task An_erasure_that_was_requested_is_continued_after_reopening()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, [.. Enumerable.Range(0, 3).Select(_ => sample.Delivery() with { UserId = "u" })]);
        var erasure = new Erasure(Tenant, "u", Now);
        await Store.Erasures.RequestAsync(erasure, Cancellation);
        var batch = new ErasureBatch
        {
            Erasures = [erasure],
            After = Guid.Empty,
            Limit = 2,
            Now = Now,
        };
        Assert.NotNull((await Store.Erasures.EraseDeliveriesAsync(batch, Cancellation)).Next);

        await Store.ReopenAsync();

        Assert.Equal([erasure], await Store.Erasures.ListAsync(10, Cancellation));
        Assert.Null((await Store.Erasures.EraseDeliveriesAsync(batch with { Limit = 10 }, Cancellation)).Next);
        Assert.All(await ListDeliveriesAsync(sample.Notification.Id), record =>
            Assert.Equal((DeliveryState.Cancelled, ""), (record.State, record.Delivery.To.Value))
        );
    }

    [Fact]
    public async Task An_idempotency_key_survives_reopening()
    {
        var claim = new IdempotencyClaim("key", new byte[32], Now.AddHours(24));
        var first = new Sample(Tenant, Now) { Idempotency = claim };
        await EnqueueAsync(first);

        await Store.ReopenAsync();

        Assert.Equal(
            new EnqueueResult(EnqueueStatus.Duplicate, first.Notification.Id),
            await EnqueueAsync(new Sample(Tenant, Now) { Idempotency = claim })
        );
    }

    [Fact]
    public async Task An_expansion_continues_after_reopening()
    {
        var sample = new Sample(Tenant, Now) { Expansions = [new NewExpansion("news", 3, Now)] };
        await EnqueueAsync(sample);
        var lost = Assert.Single(await Store.Expansions.LeaseAsync(new DueRequest(Worker, Now, LeaseEnd), Cancellation));
        await Store.Expansions.AdvanceAsync(
            new ExpansionStep
            {
                Lease = lost,
                Cursor = "a",
                Done = 1,
                IsComplete = false,
                At = Now,
                Until = LeaseEnd,
                Deliveries = [],
                Digests = [],
            },
            Cancellation
        );

        await Store.ReopenAsync();

        var again = new DueRequest(Worker, LeaseEnd, LeaseEnd.AddMinutes(1));
        var lease = Assert.Single(await Store.Expansions.LeaseAsync(again, Cancellation));
        Assert.Equal(("a", 1), (lease.Cursor, lease.Done));
        Assert.True(lease.Fence > lost.Fence);
    }

    [Fact]
    public async Task Digests_and_permits_survive_reopening()
    {
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = Recipient.User("u"),
            Template = "summary",
        };
        var sample = new Sample(Tenant, Now);
        var id = sample.Notification.Id;
        var collected = new DigestEvent
        {
            Id = Guid.CreateVersion7(Now),
            NotificationId = id,
            Recipient = Recipient.User("u"),
            Trigger = trigger,
            TemplateVersion = 1,
            DueAt = Now,
        };
        var permits = new ThrottleRequest
        {
            Tenant = Tenant,
            Category = "news",
            Recipients = ["u"],
            Max = 1,
            Per = TimeSpan.FromHours(1),
            Now = Now,
        };
        await Store.Queue.EnqueueAsync([sample.Request() with { Digests = [collected] }], Cancellation);
        Assert.Equal([true], await Store.Throttles.TryTakeAsync(permits, Cancellation));

        await Store.ReopenAsync();

        Assert.Equal(
            collected.Id,
            Assert
                .Single(Assert.Single(await Store.Digests.LeaseAsync(new DueRequest(Worker, Now, LeaseEnd), Cancellation)).Events)
                .Id
        );
        Assert.Equal([false], await Store.Throttles.TryTakeAsync(permits, Cancellation));
    }

    [Fact]
    public async Task Recipients_templates_and_counts_survive_reopening()
    {
        var user = new User
        {
            Tenant = Tenant,
            Id = "u",
            Locale = "sv",
        };
        var device = new Device
        {
            Tenant = Tenant,
            Id = "d",
            UserId = "u",
            Platform = Platform.Ios,
            Token = "token",
            RegisteredAt = Now,
        };
        var template = new Template
        {
            Tenant = Tenant,
            Name = "welcome",
            SavedAt = Now,
            Variants = [new TemplateVariant { Body = "Hej" }],
        };
        var minute = new DateTimeOffset(2031, 2, 3, 4, 5, 0, TimeSpan.Zero);
        var count = new AnalyticsCount
        {
            Time = minute,
            Resolution = AnalyticsResolution.Minute,
            Tenant = Tenant,
            Measure = AnalyticsMeasure.Sent,
            Channel = Channel.Email,
            Value = 3,
        };
        var filter = new AnalyticsFilter
        {
            Tenant = Tenant,
            From = minute,
            To = minute.AddMinutes(1),
            Resolution = AnalyticsResolution.Minute,
            GroupBy = AnalyticsDimensions.Channel,
        };
        await Store.Users.SaveAsync([user], Cancellation);
        await Store.Devices.RegisterAsync(device, Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "news", ["u"], Cancellation);
        await Store.Templates.SaveAsync(template, 100, Cancellation);
        await Store.Analytics.AddAsync([count], Cancellation);

        await Store.ReopenAsync();

        Same.As(user, Assert.Single(await Store.Users.FindAsync(Tenant, ["u"], Cancellation)).User);
        Assert.Equal([device], await Store.Devices.FindAsync(Tenant, ["u"], Cancellation));
        Assert.Equal(["u"], await Store.Topics.ListAsync(Tenant, "news", "", 10, Cancellation));
        Assert.Equal(2, await Store.Templates.SaveAsync(template, 100, Cancellation));
        Assert.Equal([count], await Store.Analytics.SumAsync(filter, Cancellation));
    }
}
