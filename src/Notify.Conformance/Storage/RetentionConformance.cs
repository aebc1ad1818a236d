using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// The tests of which data a store deletes after the retention period and which it keeps. Inherit it like
/// <see cref="DeliveryQueueConformance"/> for every store that registers <see cref="IRetentionStore"/>.
/// </summary>
public abstract class RetentionConformance : StoreSuite
{
    private const int BatchSize = 7;

    private DateTimeOffset Later => Now.AddDays(40);

    [Fact]
    public async Task An_ended_notification_is_purged_with_everything_that_belongs_to_it()
    {
        var sample = new Sample(Tenant, Now) { Expansions = [new NewExpansion("news", 1, Now)] };
        await EnqueueAsync(sample, sample.Deliveries(3));
        await ExpandAsync(sample);
        var leases = await LeaseAsync(Now, max: 3);
        await Store.Queue.SettleAsync([Sent(leases[0], Now), DeadLetter(leases[1], Now)], Cancellation);
        await SettleAsync(Sent(leases[2], Now));
        await Store.Queue.CancelAsync(Tenant, sample.Notification.Id, Now, Cancellation);
        var receipt = new Receipt(leases[0].Delivery.Id, ReceiptKind.Delivered, Now);
        Assert.Equal([true], await Store.Receipts.AddAsync(Tenant, [receipt], Cancellation));

        Assert.Equal(4, await PurgeAsync(Later));

        Assert.Null(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
        var byReference = new NotificationFilter { Tenant = Tenant, Reference = sample.Notification.Trigger.Reference };
        Assert.Empty(await Store.Notifications.ListAsync(byReference, null, 10, Cancellation));
        Assert.Empty(await ListDeliveriesAsync(sample.Notification.Id));
        Assert.Empty(await Store.Notifications.CountDeliveriesAsync(Tenant, sample.Notification.Id, Cancellation));
        Assert.Equal(0, await Store.DeadLetters.CountAsync(new DeadLetterFilter { Tenant = Tenant }, Cancellation));
        Assert.Empty(await Store.Expansions.GetProgressAsync(Tenant, sample.Notification.Id, Cancellation));
        Assert.Equal([false], await Store.Receipts.AddAsync(Tenant, [receipt], Cancellation));
        Assert.Null(await Store.Queue.CancelAsync(Tenant, sample.Notification.Id, Now, Cancellation));
        Assert.False(await SettleAsync(Sent(leases[0], Now)));
    }

    [Fact]
    public async Task A_notification_without_deliveries_is_purged_as_well()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample);

        await PurgeAsync(Later);

        Assert.Null(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
    }

    [Fact]
    public async Task A_notification_accepted_at_the_given_time_or_later_is_kept()
    {
        Sample[] samples = [CreateSample(), new Sample(Tenant, Now.AddMilliseconds(-1)), new Sample(Tenant, Now.AddHours(1))];
        foreach (var sample in samples)
            await EnqueueAsync(sample, sample.Delivery());
        await EndAllAsync(Now.AddHours(1));

        Assert.Equal(1, await PurgeAsync(Now));

        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, samples[0].Notification.Id, Cancellation));
        Assert.Null(await Store.Notifications.FindAsync(Tenant, samples[1].Notification.Id, Cancellation));
        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, samples[2].Notification.Id, Cancellation));
        Assert.Single(await ListDeliveriesAsync(samples[0].Notification.Id));
    }

    [Fact]
    public async Task A_notification_that_has_not_ended_is_kept_completely()
    {
        var sample = CreateSample();
        var deliveries = sample.Deliveries(4);
        deliveries[3] = deliveries[3] with { DueAt = Later };
        await EnqueueAsync(sample, deliveries);
        var leases = await LeaseAsync(Now);
        await Store.Queue.SettleAsync([Sent(leases[0], Now), Retry(leases[1], Now, TimeSpan.FromDays(39))], Cancellation);

        Assert.Equal(0, await PurgeAsync(Later));

        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
        Assert.Equal(4, (await ListDeliveriesAsync(sample.Notification.Id)).Count);
        Assert.True(await SettleAsync(Sent(leases[2], Now)));
        await EndAllAsync(Later);
        Assert.Equal(4, await PurgeAsync(Later));
        Assert.Null(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
    }

    [Fact]
    public async Task A_notification_whose_topic_is_not_expanded_yet_is_kept()
    {
        var sample = new Sample(Tenant, Now) { Expansions = [new NewExpansion("news", 1, Now)] };
        await EnqueueAsync(sample, sample.Delivery());
        await EndAllAsync(Now);

        await PurgeAsync(Later);

        Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
        await ExpandAsync(sample);
        Assert.Equal(2, (await ListDeliveriesAsync(sample.Notification.Id)).Count);
    }

    [Fact]
    public async Task A_notification_with_an_event_in_an_open_digest_is_kept_until_the_digest_is_closed()
    {
        var sample = new Sample(Tenant, Now);
        var trigger = sample.Notification.Trigger with { To = Recipient.User("u"), Template = "summary", Content = null };
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
        await Store.Queue.EnqueueAsync([sample.Request() with { Digests = [collected] }], Cancellation);

        await PurgeAsync(Later);

        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, id, Cancellation));
        var lease = Assert.Single(await Store.Digests.LeaseAsync(new DueRequest(Worker, Now, LeaseEnd), Cancellation));
        var summary = new Sample(Tenant, Later.AddDays(1));
        var closing = new DigestClosing(lease, CollectedState.Summarized, Later) { Summary = summary.Request() };
        Assert.True(await Store.Digests.CloseAsync(closing, Cancellation));
        await PurgeAsync(Later);

        Assert.Null(await Store.Notifications.FindAsync(Tenant, id, Cancellation));
        Assert.Empty(await Store.Digests.ListAsync(Tenant, id, false, 10, Cancellation));
        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, summary.Notification.Id, Cancellation));
    }

    [Fact]
    public async Task A_replayed_dead_letter_keeps_its_notification()
    {
        var delivery = await EnqueueAsync();
        await SettleAsync(DeadLetter(await LeaseOneAsync(), Now));
        var filter = new DeadLetterFilter { Tenant = Tenant };
        await Store.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = filter,
                Now = Later,
                ExpiresAt = Later.AddDays(1),
                Limit = 10,
            },
            Cancellation
        );

        await PurgeAsync(Later);

        Assert.Equal(delivery.Content.Body, (await LeaseOneAsync(Later)).Delivery.Content.Body);
    }

    [Fact]
    public async Task More_than_one_batch_is_purged_and_waiting_notifications_are_skipped()
    {
        var waiting = new Sample(Tenant, Now.AddDays(-1));
        await EnqueueAsync(waiting, [.. waiting.Deliveries(3 * BatchSize).Select(delivery => delivery with { DueAt = Later })]);
        for (var i = 0; i < 3 * BatchSize; i++)
            await EnqueueAsync();
        var broadcast = CreateSample();
        await EnqueueAsync(broadcast, broadcast.Deliveries((5 * BatchSize) + 1));
        await EndAllAsync(Now);

        Assert.Equal((8 * BatchSize) + 1, await PurgeAsync(Later));

        Assert.Null(await Store.Notifications.FindAsync(Tenant, broadcast.Notification.Id, Cancellation));
        Assert.Equal(3 * BatchSize, (await LeaseAsync(Later)).Count);
        Assert.Equal(0, await PurgeAsync(Later));
    }

    [Fact]
    public async Task Purging_does_not_affect_notifications_that_are_being_sent()
    {
        for (var i = 0; i < 10; i++)
            await EnqueueAsync();
        await EndAllAsync(Now);

        var purging = Enumerable.Range(0, 3).Select(_ => Task.Run(() => PurgeAsync(Later))).ToArray();
        for (var i = 0; i < 10; i++)
        {
            var delivery = await EnqueueAsync(delivery => delivery with { DueAt = Later.AddSeconds(i) });
            Assert.Equal(delivery.Id, (await LeaseOneAsync(Later.AddSeconds(i))).Delivery.Id);
        }

        Assert.Equal(10, (await Task.WhenAll(purging)).Sum());
        Assert.Equal(10, (await Store.Queue.GetDepthAsync(Cancellation)).Sum(depth => depth.Pending));
    }

    [Fact]
    public async Task Counts_of_days_before_a_time_are_purged()
    {
        var begin = AnalyticsResolution.Day.GetStart(Now);
        AnalyticsCount[] counts =
        [
            .. Enumerable
                .Range(0, 10)
                .Select(day => new AnalyticsCount
                {
                    Time = begin.AddDays(day),
                    Resolution = (AnalyticsResolution)(day % 3),
                    Tenant = day < 5 ? Tenant : OtherTenant,
                    Measure = AnalyticsMeasure.Sent,
                    Channel = Channel.Email,
                    Value = 1,
                }),
        ];
        await Store.Analytics.AddAsync(counts, Cancellation);

        Assert.Equal(8, await Store.Retention.PurgeCountsAsync(begin.AddDays(8), BatchSize, Cancellation));

        Assert.Empty(await SumAsync(Tenant));
        Assert.Equal([begin.AddDays(8), begin.AddDays(9)], await SumAsync(OtherTenant));

        async Task<IEnumerable<DateTimeOffset>> SumAsync(string tenant)
        {
            var filter = new AnalyticsFilter
            {
                Tenant = tenant,
                From = begin,
                To = begin.AddDays(10),
                Resolution = AnalyticsResolution.Day,
            };
            return (await Store.Analytics.SumAsync(filter, Cancellation)).Select(sum => sum.Time);
        }
    }

    private async Task<long> PurgeAsync(DateTimeOffset acceptedBefore) =>
        await Store.Retention.PurgeNotificationsAsync(acceptedBefore, BatchSize, Cancellation);

    private async Task ExpandAsync(Sample sample)
    {
        var lease = Assert.Single(await Store.Expansions.LeaseAsync(new DueRequest(Worker, Now, LeaseEnd), Cancellation));
        var queued = new QueuedDelivery(sample.Delivery(), Now);
        var step = new ExpansionStep
        {
            Lease = lease,
            Cursor = "u",
            Done = 1,
            IsComplete = true,
            At = Now,
            Until = Now,
            Deliveries = [queued],
            Digests = [],
        };
        Assert.True(await Store.Expansions.AdvanceAsync(step, Cancellation));
    }

    private async Task EndAllAsync(DateTimeOffset at) =>
        await Store.Queue.SettleAsync([.. (await LeaseAsync(at)).Select(lease => Sent(lease, at))], Cancellation);
}
