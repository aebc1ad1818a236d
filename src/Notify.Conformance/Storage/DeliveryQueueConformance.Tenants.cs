using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests that no tenant can starve another.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_thousand_older_deliveries_of_one_tenant_do_not_delay_another_tenant()
    {
        await EnqueueManyAsync(1_000, Tenant, age: TimeSpan.FromHours(1));
        await EnqueueManyAsync(1, OtherTenant);

        Assert.Contains(await LeaseAsync(Now, max: 2), lease => lease.Delivery.Tenant == OtherTenant);
    }

    [Fact]
    public async Task Tenants_get_equal_shares_of_a_lease_call()
    {
        await EnqueueManyAsync(50, Tenant, age: TimeSpan.FromHours(1));
        await EnqueueManyAsync(50, OtherTenant);
        await EnqueueManyAsync(2, "tenant-3");

        var leases = await LeaseAsync(Now, max: 12);

        Assert.Equal(
            [(Tenant, 5), (OtherTenant, 5), ("tenant-3", 2)],
            leases.CountBy(lease => lease.Delivery.Tenant).Select(count => (count.Key, count.Value)).OrderBy(count => count.Key)
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_unused_share_of_a_tenant_is_divided_equally_among_the_others(int modest)
    {
        string[] tenants = [Tenant, OtherTenant, "tenant-3"];
        for (var i = 0; i < tenants.Length; i++)
            await EnqueueManyAsync(i == modest ? 1 : 50, tenants[i]);

        var leases = await LeaseAsync(Now, max: 5);

        var counts = leases.CountBy(lease => lease.Delivery.Tenant).ToDictionary();
        Assert.Equal(tenants.Select((_, i) => i == modest ? 1 : 2), tenants.Select(tenant => counts.GetValueOrDefault(tenant)));
    }

    [Fact]
    public async Task Tenants_take_turns_over_lease_calls_of_one_delivery()
    {
        await EnqueueManyAsync(10, Tenant, age: TimeSpan.FromHours(1));
        await EnqueueManyAsync(10, OtherTenant);
        await EnqueueManyAsync(10, "tenant-3");

        var served = new HashSet<string>();
        for (var i = 0; i < 3; i++)
            served.Add(Assert.Single(await LeaseAsync(Now, max: 1)).Delivery.Tenant);

        Assert.Equal([Tenant, OtherTenant, "tenant-3"], served.Order());
    }

    [Fact]
    public async Task The_limit_of_a_tenant_is_not_exceeded()
    {
        await EnqueueManyAsync(10, Tenant, age: TimeSpan.FromHours(1));
        await EnqueueManyAsync(10, OtherTenant);
        await EnqueueManyAsync(10, "tenant-3");

        var leases = await LeaseLimitedAsync(tenant =>
            tenant switch
            {
                Tenant => 3,
                OtherTenant => 0,
                _ => int.MaxValue,
            }
        );

        Assert.Equal(
            [(Tenant, 3), ("tenant-3", 10)],
            leases.CountBy(lease => lease.Delivery.Tenant).Select(count => (count.Key, count.Value)).OrderBy(count => count.Key)
        );
    }

    [Fact]
    public async Task A_limit_is_requested_at_most_once_per_lane_and_tenant()
    {
        await EnqueueManyAsync(10);
        await EnqueueManyAsync(10, OtherTenant);
        var asked = new List<string>();

        await LeaseLimitedAsync(tenant =>
        {
            asked.Add(tenant);
            return 5;
        });

        Assert.Equal([Tenant, OtherTenant], asked.Order());
    }

    [Fact]
    public async Task A_tenants_limit_may_differ_by_lane()
    {
        await EnqueueManyAsync(10);
        await EnqueueManyAsync(10, priority: Priority.High);

        var leases = await LeaseAsync(
            (slots, _) => slots.Priority == Priority.High ? 5 : 2,
            new LeaseSlots(Priority.High, Provider, 100),
            new LeaseSlots(Priority.Normal, Provider, 100)
        );

        Assert.Equal(5, leases.Count(lease => lease.Delivery.Priority == Priority.High));
        Assert.Equal(2, leases.Count(lease => lease.Delivery.Priority == Priority.Normal));
    }

    [Fact]
    public async Task A_delivery_beyond_the_limit_stays_due()
    {
        await EnqueueManyAsync(10);

        Assert.Empty(await LeaseLimitedAsync(_ => 0));
        Assert.Equal(10, (await LeaseAsync(Now)).Count);
    }

    private Task<IReadOnlyList<Lease>> LeaseLimitedAsync(Func<string, int> limit) =>
        LeaseAsync((_, tenant) => limit(tenant), new LeaseSlots(Priority.Normal, Provider, 100));

    private async Task<IReadOnlyList<Lease>> LeaseAsync(
        Func<LeaseSlots, string, int> limit,
        params IReadOnlyList<LeaseSlots> slots
    ) =>
        await Store.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = Worker,
                Now = Now,
                Until = LeaseEnd,
                Slots = slots,
                TenantLimit = limit,
            },
            Cancellation
        );
}
