using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests leases of due deliveries.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task Only_due_deliveries_are_leased()
    {
        var due = await EnqueueAsync();
        await EnqueueAsync(delivery => delivery with { DueAt = Now.AddMilliseconds(1) });

        Assert.Equal(due.Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task A_lease_has_its_owner_and_end()
    {
        await EnqueueAsync();

        var lease = await LeaseOneAsync(owner: OtherWorker);

        Assert.Equal((OtherWorker, LeaseEnd), (lease.Owner, lease.Until));
        Assert.True(lease.Fence > 0);
    }

    [Fact]
    public async Task The_oldest_deliveries_of_a_tenant_are_leased_first()
    {
        var sample = CreateSample();
        Delivery[] deliveries =
        [
            .. sample.Deliveries(9).Select((delivery, i) => delivery with { DueAt = Now.AddSeconds(-(i * 5 % 9)) }),
        ];
        await EnqueueAsync(sample, deliveries);

        var leased = (await LeaseAsync(Now, max: 4)).Select(lease => lease.Delivery.Id).ToHashSet();

        Assert.Equal(deliveries.OrderBy(delivery => delivery.DueAt).Take(4).Select(delivery => delivery.Id).ToHashSet(), leased);
    }

    [Fact]
    public async Task Slots_apply_per_priority_and_provider()
    {
        foreach (var priority in Enum.GetValues<Priority>())
        {
            foreach (var provider in new[] { Provider, OtherProvider })
                await EnqueueManyAsync(5, priority: priority, provider: provider);
        }

        var leases = await LeaseAsync(
            Now,
            Worker,
            new LeaseSlots(Priority.High, Provider, 2),
            new LeaseSlots(Priority.Bulk, OtherProvider, 3),
            new LeaseSlots(Priority.Normal, "unknown", 9)
        );

        Assert.Equal(2, leases.Count(lease => (lease.Delivery.Priority, lease.Delivery.Provider) == (Priority.High, Provider)));
        Assert.Equal(
            3,
            leases.Count(lease => (lease.Delivery.Priority, lease.Delivery.Provider) == (Priority.Bulk, OtherProvider))
        );
        Assert.Equal(5, leases.Count);
    }

    [Fact]
    public async Task All_due_deliveries_are_leased_if_there_are_slots_for_them()
    {
        await EnqueueManyAsync(30);
        await EnqueueManyAsync(20, OtherTenant);

        Assert.Equal(50, (await LeaseAsync(Now, max: 50)).Select(lease => lease.Delivery.Id).Distinct().Count());
        Assert.Empty(await LeaseAsync(Now));
    }

    [Fact]
    public async Task A_leased_delivery_is_due_again_at_the_end_of_its_lease_with_a_higher_fence()
    {
        await EnqueueAsync();
        var first = await LeaseOneAsync();

        Assert.Empty(await LeaseAsync(LeaseEnd.AddMilliseconds(-1), owner: OtherWorker));
        var second = await LeaseOneAsync(LeaseEnd, OtherWorker);
        var third = await LeaseOneAsync(LeaseEnd.AddHours(1));

        Assert.Equal(first.Delivery.Id, second.Delivery.Id);
        Assert.True(first.Fence < second.Fence && second.Fence < third.Fence);
    }

    [Fact]
    public async Task A_delivery_that_is_enqueued_with_a_lease_is_reserved_for_its_owner()
    {
        var sample = CreateSample();
        var delivery = sample.Delivery();
        var queued = new QueuedDelivery(delivery, LeaseEnd, Worker);
        await Store.Queue.EnqueueAsync([sample.Request() with { Deliveries = [queued] }], Cancellation);

        Assert.Empty(await LeaseAsync(LeaseEnd.AddMilliseconds(-1), owner: OtherWorker));
        Assert.True(await SettleAsync(Sent(queued.Lease!, Now)));
        Assert.Equal(DeliveryState.Sent, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task A_delivery_that_is_enqueued_with_a_lease_becomes_due_when_its_owner_crashes()
    {
        var sample = CreateSample();
        var queued = new QueuedDelivery(sample.Delivery(), LeaseEnd, Worker);
        await Store.Queue.EnqueueAsync([sample.Request() with { Deliveries = [queued] }], Cancellation);

        var lease = await LeaseOneAsync(LeaseEnd, OtherWorker);

        Assert.True(lease.Fence > queued.Lease!.Fence);
        Assert.False(await SettleAsync(Sent(queued.Lease, LeaseEnd)));
    }

    [Fact]
    public async Task Concurrent_workers_never_lease_the_same_delivery()
    {
        await EnqueueManyAsync(200);
        await EnqueueManyAsync(200, OtherTenant);

        var leases = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(worker =>
                    Task.Run(async () =>
                    {
                        var mine = new List<Lease>();
                        while (await LeaseAsync(Now, max: 17, owner: $"worker-{worker}") is { Count: > 0 } more)
                            mine.AddRange(more);
                        return mine;
                    })
                )
        );

        Assert.Equal(400, leases.Sum(mine => mine.Count));
        Assert.Equal(400, leases.SelectMany(mine => mine).Select(lease => lease.Delivery.Id).Distinct().Count());
    }

    private async Task EnqueueManyAsync(
        int count,
        string tenant = Tenant,
        TimeSpan age = default,
        Priority priority = Priority.Normal,
        string provider = Provider
    )
    {
        var sample = CreateSample(tenant);
        await EnqueueAsync(
            sample,
            [
                .. sample
                    .Deliveries(count)
                    .Select(delivery => delivery with { DueAt = Now - age, Priority = priority, Provider = provider }),
            ]
        );
    }
}
