using Notify.Providers;

namespace Notify.Conformance.Storage;

/// <summary>This part tests cancellations and their exact results.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_cancellation_stops_free_deliveries_and_counts_the_others()
    {
        var sample = CreateSample();
        var deliveries = sample.Deliveries(6);
        deliveries[3] = deliveries[3] with { DueAt = Now.AddDays(1) };
        deliveries[4] = deliveries[4] with { DueAt = Now.AddSeconds(1) };
        deliveries[5] = deliveries[5] with { DueAt = Now.AddSeconds(1) };
        await EnqueueAsync(sample, deliveries);
        var leases = (await LeaseAsync(Now)).ToDictionary(lease => lease.Delivery.Id);
        await SettleAsync(Sent(leases[deliveries[0].Id], Now));
        await SettleAsync(Retry(leases[deliveries[1].Id], Now, TimeSpan.FromHours(1)));

        var cancellation = await CancelAsync(sample);

        Assert.Equal(Ids(deliveries[1], deliveries[3], deliveries[4], deliveries[5]), cancellation!.CancelledIds.Order());
        Assert.Equal((4, 1, 1), (cancellation.Cancelled, cancellation.InFlight, cancellation.Ended));
        var counts = await Store.Notifications.CountDeliveriesAsync(Tenant, sample.Notification.Id, Cancellation);
        Assert.Equal((1, 4, 1), (counts[DeliveryState.Sent], counts[DeliveryState.Cancelled], counts[DeliveryState.Pending]));
    }

    [Fact]
    public async Task A_cancelled_delivery_is_never_leased()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Delivery(), sample.Delivery() with { DueAt = Now.AddHours(1) });

        await CancelAsync(sample);

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
        Assert.All(await ListDeliveriesAsync(sample.Notification.Id), record =>
            Assert.Equal((DeliveryState.Cancelled, null), (record.State, record.DueAt))
        );
    }

    [Fact]
    public async Task A_leased_delivery_continues_after_a_cancellation()
    {
        var sample = CreateSample();
        var delivery = sample.Delivery();
        await EnqueueAsync(sample, delivery);
        var lease = await LeaseOneAsync();

        Assert.Equal(1, (await CancelAsync(sample))!.InFlight);

        Assert.True(await SettleAsync(Sent(lease, Now)));
        Assert.Equal(DeliveryState.Sent, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task A_delivery_whose_lease_has_expired_is_cancelled_and_its_late_settlement_is_refused()
    {
        var sample = CreateSample();
        var delivery = sample.Delivery();
        await EnqueueAsync(sample, delivery);
        var lost = await LeaseOneAsync();

        Assert.Equal([delivery.Id], (await CancelAsync(sample, LeaseEnd))!.CancelledIds);

        Assert.False(await SettleAsync(Sent(lost, LeaseEnd)));
        Assert.Equal(DeliveryState.Cancelled, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task Cancelling_again_stops_nothing_more()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Deliveries(3));
        await CancelAsync(sample);

        var again = await CancelAsync(sample);

        Assert.Empty(again!.CancelledIds);
        Assert.Equal((0, 3), (again.InFlight, again.Ended));
    }

    [Fact]
    public async Task Only_a_tenants_own_notification_can_be_cancelled()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Delivery());

        Assert.Null(await Store.Queue.CancelAsync(OtherTenant, sample.Notification.Id, Now, Cancellation));
        Assert.Null(await Store.Queue.CancelAsync(Tenant, Guid.CreateVersion7(Now), Now, Cancellation));

        Assert.Single(await LeaseAsync(Now));
    }

    [Fact]
    public async Task A_cancellation_does_not_affect_other_notifications()
    {
        var cancelled = CreateSample();
        await EnqueueAsync(cancelled, cancelled.Delivery());
        var other = await EnqueueAsync();

        await CancelAsync(cancelled);

        Assert.Equal(other.Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task A_concurrent_cancellation_and_lease_never_both_get_a_delivery()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Deliveries(200));

        var leasing = Task.Run(async () =>
        {
            var leased = new List<Guid>();
            while (await LeaseAsync(Now, max: 5) is { Count: > 0 } more)
                leased.AddRange(more.Select(lease => lease.Delivery.Id));
            return leased;
        });
        var cancellation = await Task.Run(() => CancelAsync(sample));
        var leased = await leasing;

        Assert.Empty(leased.Intersect(cancellation!.CancelledIds));
        Assert.Equal(200, leased.Count + cancellation.Cancelled);
        Assert.Equal(200, cancellation.Cancelled + cancellation.InFlight);
    }

    private static IEnumerable<Guid> Ids(params Delivery[] deliveries) => deliveries.Select(delivery => delivery.Id).Order();

    private async Task<Cancellation?> CancelAsync(Sample sample, DateTimeOffset? at = null) =>
        await Store.Queue.CancelAsync(sample.Notification.Tenant, sample.Notification.Id, at ?? Now, Cancellation);
}
