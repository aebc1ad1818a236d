using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests expansions of topics to deliveries.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_due_expansion_is_leased_by_one_worker()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now.AddSeconds(1)));

        Assert.Empty(await LeaseExpansionsAsync(Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now.AddSeconds(1)));

        Assert.Equal(("news", "", 0, sample.Notification.Id), (lease.Topic, lease.Cursor, lease.Done, lease.Notification.Id));
        Same.As(sample.Notification.Contents, lease.Notification.Contents);
        Assert.Empty(await LeaseExpansionsAsync(Now.AddSeconds(1)));
    }

    [Fact]
    public async Task An_expansion_without_subscribers_is_complete_from_the_start()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now), new NewExpansion("empty", 0, dueAt: null));

        Assert.Equal("news", Assert.Single(await LeaseExpansionsAsync(Now.AddDays(1))).Topic);

        var progress = (await GetProgressAsync(sample)).ToDictionary(one => one.Topic);
        Assert.Equal(
            new ExpansionProgress
            {
                Topic = "empty",
                Done = 0,
                Total = 0,
                IsComplete = true,
                StartedAt = Now,
                UpdatedAt = Now,
            },
            progress["empty"]
        );
        Assert.False(progress["news"].IsComplete);
    }

    [Fact]
    public async Task Concurrent_workers_lease_each_expansion_once()
    {
        await BeginAsync([.. Enumerable.Range(0, 20).Select(i => new NewExpansion($"topic-{i}", 1, Now))]);

        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => LeaseExpansionsAsync(Now, max: 5))));

        Assert.Equal(20, leases.Sum(mine => mine.Count));
        Assert.Equal(20, leases.SelectMany(mine => mine).Select(lease => lease.Topic).Distinct().Count());
    }

    [Fact]
    public async Task A_batch_stores_its_deliveries_and_advances_the_expansion()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        Delivery[] first = [sample.Delivery() with { UserId = "a" }, sample.Delivery() with { UserId = "b" }];
        Delivery[] second = [sample.Delivery() with { UserId = "c" }];

        Assert.True(await AdvanceAsync(lease, "b", 2, first));
        Assert.True(await AdvanceAsync(lease, "c", 3, second, isComplete: true));

        Assert.Equal(
            Ids([.. first, .. second]).Order(),
            (await ListDeliveriesAsync(sample.Notification.Id)).Select(record => record.Delivery.Id)
        );
        Assert.Equal(3, (await LeaseAsync(Now)).Count);
    }

    [Fact]
    public async Task An_expansion_whose_worker_crashes_continues_after_the_last_batch()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        var lost = Assert.Single(await LeaseExpansionsAsync(Now));
        await AdvanceAsync(lost, "b", 2, [sample.Delivery()]);

        Assert.Empty(await LeaseExpansionsAsync(LeaseEnd.AddMilliseconds(-1)));
        var lease = Assert.Single(await LeaseExpansionsAsync(LeaseEnd));

        Assert.Equal(("b", 2), (lease.Cursor, lease.Done));
        Assert.True(lease.Fence > lost.Fence);
    }

    [Fact]
    public async Task An_expansion_is_put_off_where_it_is()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        await AdvanceAsync(Assert.Single(await LeaseExpansionsAsync(Now)), "b", 2, [sample.Delivery()], until: Now);
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));

        Assert.True(await AdvanceAsync(lease, lease.Cursor, lease.Done, [], until: Now.AddSeconds(2)));

        Assert.Empty(await LeaseExpansionsAsync(Now.AddSeconds(1)));
        var next = Assert.Single(await LeaseExpansionsAsync(Now.AddSeconds(2)));
        Assert.Equal(("b", 2), (next.Cursor, next.Done));
        Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
    }

    [Fact]
    public async Task A_lost_lease_stores_nothing()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        var lost = Assert.Single(await LeaseExpansionsAsync(Now));
        var held = Assert.Single(await LeaseExpansionsAsync(LeaseEnd));

        Assert.False(await AdvanceAsync(lost, "b", 2, [sample.Delivery()]));

        Assert.Empty(await ListDeliveriesAsync(sample.Notification.Id));
        Assert.Equal(0, Assert.Single(await GetProgressAsync(sample)).Done);
        Assert.True(await AdvanceAsync(held, "b", 2, [sample.Delivery()]));
    }

    [Fact]
    public async Task A_batch_extends_the_lease()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));

        Assert.True(await AdvanceAsync(lease, "a", 1, [sample.Delivery()], until: LeaseEnd.AddMinutes(5)));

        Assert.Empty(await LeaseExpansionsAsync(LeaseEnd));
        Assert.Single(await LeaseExpansionsAsync(LeaseEnd.AddMinutes(5)));
    }

    [Fact]
    public async Task A_complete_expansion_has_ended()
    {
        var sample = await BeginAsync(new NewExpansion("news", 1, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));

        Assert.True(await AdvanceAsync(lease, "a", 1, [sample.Delivery()], isComplete: true));

        Assert.Empty(await LeaseExpansionsAsync(Now.AddYears(1)));
        Assert.False(await AdvanceAsync(lease, "b", 2, [sample.Delivery()]));
        Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
    }

    [Fact]
    public async Task A_cancelled_expansion_creates_no_more_deliveries()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now), new NewExpansion("alarms", 1, Now.AddHours(1)));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        var delivery = sample.Delivery();
        await AdvanceAsync(lease, "a", 1, [delivery]);

        var cancellation = await Store.Queue.CancelAsync(Tenant, sample.Notification.Id, Now, Cancellation);

        Assert.Equal([delivery.Id], cancellation!.CancelledIds);
        Assert.False(await AdvanceAsync(lease, "b", 2, [sample.Delivery()]));
        Assert.Empty(await LeaseExpansionsAsync(Now.AddYears(1)));
        Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));
    }

    [Fact]
    public async Task Progress_is_reported_for_each_topic()
    {
        var sample = await BeginAsync(new NewExpansion("news", 30, Now), new NewExpansion("alarms", 1, Now.AddHours(1)));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        await AdvanceAsync(lease, "j", 10, [sample.Delivery()], at: Now.AddSeconds(5));

        var progress = (await GetProgressAsync(sample)).ToDictionary(topic => topic.Topic);

        Assert.Equal(
            new ExpansionProgress
            {
                Topic = "news",
                Done = 10,
                Total = 30,
                IsComplete = false,
                StartedAt = Now,
                UpdatedAt = Now.AddSeconds(5),
            },
            progress["news"]
        );
        Assert.Equal((0, 1, false), (progress["alarms"].Done, progress["alarms"].Total, progress["alarms"].IsComplete));
        Assert.Empty(await Store.Expansions.GetProgressAsync(OtherTenant, sample.Notification.Id, Cancellation));

        await AdvanceAsync(lease, "z", 30, [], isComplete: true);
        Assert.True((await GetProgressAsync(sample)).Single(topic => topic.Topic == "news").IsComplete);
    }

    [Fact]
    public async Task A_failed_expansion_is_due_again_and_its_failures_are_counted()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        var first = Assert.Single(await LeaseExpansionsAsync(Now));
        Assert.Equal(0, first.Failures);

        Assert.True(await FailAsync(first, "a räason", retryAt: Now.AddSeconds(10)));

        Assert.False(await AdvanceAsync(first, "b", 2, [sample.Delivery()]));
        Assert.False(await FailAsync(first, "another", retryAt: Now));
        Assert.Empty(await LeaseExpansionsAsync(Now.AddSeconds(10).AddMilliseconds(-1)));
        var progress = Assert.Single(await GetProgressAsync(sample));
        Assert.Equal(
            (1, "a räason", false, false),
            (progress.Failures, progress.Reason, progress.IsComplete, progress.IsDeadLetter)
        );
        var second = Assert.Single(await LeaseExpansionsAsync(Now.AddSeconds(10)));
        Assert.Equal(1, second.Failures);

        Assert.True(await AdvanceAsync(second, "b", 2, [sample.Delivery()], until: Now));
        progress = Assert.Single(await GetProgressAsync(sample));
        Assert.Equal((0, null), (progress.Failures, progress.Reason));
        Assert.Equal(0, Assert.Single(await LeaseExpansionsAsync(Now)).Failures);
    }

    [Fact]
    public async Task An_expansion_that_failed_permanently_is_a_dead_letter_with_the_reason()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));

        Assert.True(
            await FailAsync(Assert.Single(await LeaseExpansionsAsync(Now)), "The expansion took too long.", retryAt: null)
        );

        Assert.Empty(await LeaseExpansionsAsync(Now.AddYears(1)));
        var progress = Assert.Single(await GetProgressAsync(sample));
        Assert.Equal((true, true, "The expansion took too long."), (progress.IsComplete, progress.IsDeadLetter, progress.Reason));
    }

    [Fact]
    public async Task Tenants_take_turns_when_expansions_are_leased()
    {
        await BeginAsync([.. Enumerable.Range(0, 20).Select(i => new NewExpansion($"topic-{i}", 1, Now))]);
        await EnqueueAsync(new Sample(OtherTenant, Now) { Expansions = [new NewExpansion("news", 1, Now.AddSeconds(5))] });
        string[] tenants = [.. new[] { Tenant, OtherTenant }.Order(StringComparer.Ordinal)];
        var at = Now.AddSeconds(5);
        var request = new DueRequest(Worker, at, at.AddMinutes(2)) { MaxPerTenant = 1, MaxTenants = 1 };

        Assert.Equal(tenants[0], await LeaseNextTenantAsync(request));
        Assert.Equal(tenants[1], await LeaseNextTenantAsync(request with { AfterTenant = tenants[0] }));
        Assert.Equal(Tenant, await LeaseNextTenantAsync(request with { AfterTenant = tenants[1] }));
        Assert.Equal(Tenant, await LeaseNextTenantAsync(request with { ExceptTenants = [OtherTenant] }));
        Assert.Empty(await Store.Expansions.LeaseAsync(request with { ExceptTenants = tenants }, Cancellation));
        Assert.Equal(
            Enumerable.Repeat(Tenant, 10),
            (await Store.Expansions.LeaseAsync(request with { MaxPerTenant = 10, MaxTenants = 10 }, Cancellation)).Select(lease =>
                lease.Notification.Tenant
            )
        );
    }

    [Fact]
    public async Task Addresses_that_a_notification_reached_are_found_across_batches()
    {
        var sample = new Sample(Tenant, Now) { Expansions = [new NewExpansion("news", 3, Now)] };
        var (named, first, second) = (Guid.CreateVersion7(Now), Guid.CreateVersion7(Now), Guid.CreateVersion7(Now));
        var request = sample.Request();
        await Store.Queue.EnqueueAsync(
            [request with { Deliveries = [new QueuedDelivery(sample.Delivery(), Now) { AddressKey = named }] }],
            Cancellation
        );
        var other = await BeginAsync(new NewExpansion("news", 1, Now));
        var leases = (await LeaseExpansionsAsync(Now)).ToDictionary(lease => lease.Notification.Id);
        var step = new ExpansionStep
        {
            Lease = leases[sample.Notification.Id],
            Cursor = "b",
            Done = 2,
            IsComplete = false,
            At = Now,
            Until = LeaseEnd,
            Deliveries = [],
            Digests = [],
        };
        QueuedDelivery[] batch =
        [
            new QueuedDelivery(sample.Delivery(), Now) { AddressKey = first },
            new QueuedDelivery(sample.Delivery(), Now),
        ];
        Assert.True(await Store.Expansions.AdvanceAsync(step with { Deliveries = batch }, Cancellation));

        var asked = (Guid[])[named, first, second];
        Assert.Equal(
            new[] { named, first }.Order(),
            (await Store.Expansions.FindReachedAsync(sample.Notification.Id, asked, Cancellation)).Order()
        );
        Assert.Empty(await Store.Expansions.FindReachedAsync(other.Notification.Id, asked, Cancellation));
        Assert.Empty(await Store.Expansions.FindReachedAsync(sample.Notification.Id, [], Cancellation));
    }

    private async Task<string> LeaseNextTenantAsync(DueRequest request) =>
        Assert.Single(await Store.Expansions.LeaseAsync(request, Cancellation)).Notification.Tenant;

    private async Task<bool> FailAsync(ExpansionLease lease, string reason, DateTimeOffset? retryAt) =>
        await Store.Expansions.FailAsync(
            new ExpansionFailure
            {
                Lease = lease,
                Reason = reason,
                At = Now,
                RetryAt = retryAt,
            },
            Cancellation
        );

    private async Task<Sample> BeginAsync(params NewExpansion[] expansions)
    {
        var sample = new Sample(Tenant, Now) { Expansions = expansions };
        await EnqueueAsync(sample);
        return sample;
    }

    private async Task<IReadOnlyList<ExpansionLease>> LeaseExpansionsAsync(DateTimeOffset at, int max = 10) =>
        await Store.Expansions.LeaseAsync(new DueRequest(Worker, at, at + (LeaseEnd - Now)) { MaxPerTenant = max }, Cancellation);

    private async Task<bool> AdvanceAsync(
        ExpansionLease lease,
        string cursor,
        long done,
        Delivery[] deliveries,
        bool isComplete = false,
        DateTimeOffset? at = null,
        DateTimeOffset? until = null
    )
    {
        QueuedDelivery[] queued = [.. deliveries.Select(delivery => new QueuedDelivery(delivery, delivery.DueAt))];
        return await Store.Expansions.AdvanceAsync(
            new ExpansionStep
            {
                Lease = lease,
                Cursor = cursor,
                Done = done,
                IsComplete = isComplete,
                At = at ?? Now,
                Until = until ?? LeaseEnd,
                Deliveries = queued,
                Digests = [],
            },
            Cancellation
        );
    }

    private async Task<IReadOnlyList<ExpansionProgress>> GetProgressAsync(Sample sample) =>
        await Store.Expansions.GetProgressAsync(Tenant, sample.Notification.Id, Cancellation);
}
