using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests claims of deliveries for which a transport carried a hint.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_published_delivery_is_claimed_once()
    {
        var delivery = await EnqueueAsync();

        var lease = Assert.Single(await ClaimAsync(delivery.Id, fence: 0));

        Same.As(delivery, lease.Delivery);
        Assert.Equal((Worker, LeaseEnd), (lease.Owner, lease.Until));
        Assert.True(lease.Fence > 0);
        Assert.Empty(await ClaimAsync(delivery.Id, fence: 0, OtherWorker));
        Assert.True(await SettleAsync(Sent(lease, Now)));
    }

    [Fact]
    public async Task A_delivery_can_be_claimed_before_it_is_due()
    {
        var delivery = await EnqueueAsync(delivery => delivery with { DueAt = Now.AddMinutes(1) });

        Assert.Single(await ClaimAsync(delivery.Id, fence: 0));
        Assert.Empty(await LeaseAsync(Now.AddMinutes(1)));
        Assert.Single(await LeaseAsync(LeaseEnd));
    }

    [Fact]
    public async Task A_wrong_fence_claims_nothing()
    {
        var delivery = await EnqueueAsync();

        Assert.Empty(await ClaimAsync(delivery.Id, fence: 1));
        Assert.Single(await LeaseAsync(Now));
    }

    [Fact]
    public async Task An_unknown_delivery_is_left_out_of_a_claim()
    {
        var known = await EnqueueAsync();
        DeliveryReference[] references = [new(Guid.CreateVersion7(Now), 0), new(known.Id, 0)];

        var leases = await Store.Queue.ClaimAsync(new ClaimRequest(Worker, LeaseEnd, references), Cancellation);

        Assert.Equal(known.Id, Assert.Single(leases).Delivery.Id);
    }

    [Fact]
    public async Task A_delivery_that_was_leased_or_settled_after_its_publication_cannot_be_claimed()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();

        Assert.Empty(await ClaimAsync(delivery.Id, fence: 0));
        await SettleAsync(Retry(lease, Now, TimeSpan.FromSeconds(5)));
        Assert.Empty(await ClaimAsync(delivery.Id, fence: 0));
        Assert.Empty(await ClaimAsync(delivery.Id, lease.Fence));
    }

    [Fact]
    public async Task A_terminal_delivery_is_never_claimed()
    {
        var cancelled = await EnqueueAsync();
        await Store.Queue.CancelAsync(Tenant, cancelled.NotificationId, Now, Cancellation);
        var accepted = await EnqueueAsync();
        var lease = await LeaseOneAsync();
        await SettleAsync(Sent(lease, Now));

        for (var fence = 0L; fence <= lease.Fence + 1; fence++)
        {
            Assert.Empty(await ClaimAsync(cancelled.Id, fence));
            Assert.Empty(await ClaimAsync(accepted.Id, fence));
        }
    }

    [Fact]
    public async Task Exactly_one_of_16_concurrent_claims_gets_the_delivery()
    {
        var delivery = await EnqueueAsync();

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(worker => Task.Run(() => ClaimAsync(delivery.Id, 0, $"worker-{worker}")))
        );

        Assert.Single(claims.SelectMany(leases => leases));
    }

    private async Task<IReadOnlyList<Lease>> ClaimAsync(Guid id, long fence, string owner = Worker) =>
        await Store.Queue.ClaimAsync(new ClaimRequest(owner, LeaseEnd, [new DeliveryReference(id, fence)]), Cancellation);
}
