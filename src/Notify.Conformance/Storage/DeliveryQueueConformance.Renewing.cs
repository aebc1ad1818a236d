using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests that leases can be renewed while their attempts are running.</summary>
public abstract partial class DeliveryQueueConformance
{
    private DateTimeOffset Later => LeaseEnd.AddMinutes(5);

    [Fact]
    public async Task A_renewed_lease_holds_until_its_new_end()
    {
        await EnqueueAsync();
        var lease = await LeaseOneAsync();

        Assert.Equal([true], await RenewAsync(lease));

        Assert.Empty(await LeaseAsync(Later.AddMilliseconds(-1), owner: OtherWorker));
        Assert.Equal(lease.Delivery.Id, (await LeaseOneAsync(Later, OtherWorker)).Delivery.Id);
    }

    [Fact]
    public async Task A_renewed_lease_is_settled_with_its_original_fence()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();

        await RenewAsync(lease);
        await RenewAsync(lease);

        Assert.True(await SettleAsync(Sent(lease, Now)));
        Assert.Equal(DeliveryState.Sent, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task A_lease_that_was_lost_or_ended_is_not_renewed()
    {
        await EnqueueAsync();
        var lost = await LeaseOneAsync();
        var newer = await LeaseOneAsync(LeaseEnd, OtherWorker);
        Assert.Equal([false], await RenewAsync(lost));

        await SettleAsync(Retry(newer, LeaseEnd, TimeSpan.FromSeconds(5)));
        Assert.Equal([false, false], await RenewAsync(newer, newer with { Fence = newer.Fence + 1 }));

        Assert.Single(await LeaseAsync(LeaseEnd.AddSeconds(5)));
    }

    [Fact]
    public async Task Results_of_renewals_are_in_the_order_of_the_leases()
    {
        await EnqueueManyAsync(4);
        var leases = await LeaseAsync(Now, max: 4);
        await SettleAsync(Sent(leases[1], Now));
        var unknown = leases[0] with { Delivery = leases[0].Delivery with { Id = Guid.CreateVersion7(Now) } };

        Assert.Equal([true, false, true, false, true], await RenewAsync(leases[3], leases[1], leases[0], unknown, leases[2]));
    }

    [Fact]
    public async Task A_delivery_with_a_renewed_lease_is_not_cancelled_before_its_end()
    {
        var delivery = await EnqueueAsync();
        await RenewAsync(await LeaseOneAsync());

        var cancellation = await Store.Queue.CancelAsync(Tenant, delivery.NotificationId, LeaseEnd.AddMinutes(1), Cancellation);

        Assert.Equal((0, 1), (cancellation!.Cancelled, cancellation.InFlight));
    }

    private async Task<IReadOnlyList<bool>> RenewAsync(params Lease[] leases) =>
        await Store.Queue.RenewAsync(
            new RenewRequest(Later, [.. leases.Select(lease => new DeliveryReference(lease.Delivery.Id, lease.Fence))]),
            Cancellation
        );
}
