using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the progress of notifications.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task The_progress_of_several_notifications_is_counted_at_once()
    {
        var mixed = CreateSample();
        await EnqueueAsync(mixed, mixed.Deliveries(4));
        var leases = await LeaseAsync(Now, max: 3);
        await Store.Queue.SettleAsync([Sent(leases[0], Now), Sent(leases[1], Now), DeadLetter(leases[2], Now)], Cancellation);
        var cancelled = CreateSample();
        await EnqueueAsync(cancelled, cancelled.Deliveries(2));
        await Store.Queue.CancelAsync(Tenant, cancelled.Notification.Id, Now, Cancellation);
        var skipped = CreateSample();
        var planned = new QueuedDelivery(skipped.Delivery(), Now) { CancelledBecause = "throttled" };
        await Store.Queue.EnqueueAsync([new EnqueueRequest(skipped.Notification, [planned])], Cancellation);
        var collected = await CollectAsync(Event(0), Event(1, user: "v"));
        var foreign = CreateSample(OtherTenant);
        await EnqueueAsync(foreign, foreign.Deliveries(1));

        var progress = await CountAsync(long.MaxValue, mixed, cancelled, skipped, collected, foreign, CreateSample());

        Assert.Equal(4, progress.Count);
        Assert.Equal(
            [(DeliveryState.Pending, 1L), (DeliveryState.Sent, 2), (DeliveryState.DeadLetter, 1)],
            Sorted(progress[mixed.Notification.Id].Deliveries!)
        );
        Assert.Equal([(DeliveryState.Cancelled, 2L)], Sorted(progress[cancelled.Notification.Id].Deliveries!));
        Assert.Equal([(DeliveryState.Cancelled, 1L)], Sorted(progress[skipped.Notification.Id].Deliveries!));
        Assert.Equal([(CollectedState.Waiting, 2L)], Sorted(progress[collected.Notification.Id].Collected));
        Assert.Equal([cancelled.Notification.Id], progress.Where(one => one.Value.WasCancelled).Select(one => one.Key));
        Assert.All(progress.Values, one => Assert.False(one.IsExpanding || one.HasDeadExpansion));
    }

    [Fact]
    public async Task The_progress_tells_what_became_of_collected_events()
    {
        var summarized = await CollectAsync(Event(0));
        var lease = Assert.Single(await LeaseDigestsAsync(Now));
        Assert.True(await CloseAsync(lease, CreateSample().Request()));
        var cancelled = await CollectAsync(Event(1, user: "v"));
        await CancelCollectedAsync(cancelled);

        var progress = await CountAsync(long.MaxValue, summarized, cancelled);

        Assert.Equal([(CollectedState.Summarized, 1L)], Sorted(progress[summarized.Notification.Id].Collected));
        Assert.Equal([(CollectedState.Cancelled, 1L)], Sorted(progress[cancelled.Notification.Id].Collected));
        Assert.Equal(
            (false, true),
            (progress[summarized.Notification.Id].WasCancelled, progress[cancelled.Notification.Id].WasCancelled)
        );
    }

    [Fact]
    public async Task The_progress_tells_what_became_of_expansions_and_leaves_out_large_ones()
    {
        var complete = await BeginAsync(new NewExpansion("complete", 2, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        Assert.True(await AdvanceAsync(lease, "b", 2, complete.Deliveries(2), isComplete: true));
        var empty = await BeginAsync(new NewExpansion("empty", 0, dueAt: null));
        var dead = await BeginAsync(new NewExpansion("dead", 2, Now));
        Assert.True(await FailAsync(Assert.Single(await LeaseExpansionsAsync(Now)), "broken", retryAt: null));
        var stopped = await BeginAsync(new NewExpansion("stopped", 2, Now));
        await Store.Queue.CancelAsync(Tenant, stopped.Notification.Id, Now, Cancellation);
        var running = await BeginAsync(new NewExpansion("running", 2, Now));

        var progress = await CountAsync(2, complete, empty, dead, stopped, running);
        var small = await CountAsync(1, complete, running);

        Assert.Equal(5, progress.Count);
        Assert.Equal([(DeliveryState.Pending, 2L)], Sorted(progress[complete.Notification.Id].Deliveries!));
        Assert.Equal([running.Notification.Id], progress.Where(one => one.Value.IsExpanding).Select(one => one.Key));
        Assert.Equal([dead.Notification.Id], progress.Where(one => one.Value.HasDeadExpansion).Select(one => one.Key));
        Assert.Equal([stopped.Notification.Id], progress.Where(one => one.Value.WasCancelled).Select(one => one.Key));
        Assert.Null(small[complete.Notification.Id].Deliveries);
        Assert.Empty(small[running.Notification.Id].Deliveries!);
    }

    private async Task<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        long maxSubscribers,
        params Sample[] samples
    ) =>
        await Store.Notifications.CountAsync(
            Tenant,
            [.. samples.Select(sample => sample.Notification.Id)],
            maxSubscribers,
            Cancellation
        );

    private static IEnumerable<(TState State, long Count)> Sorted<TState>(IReadOnlyDictionary<TState, long> counts) =>
        counts.Select(count => (count.Key, count.Value)).OrderBy(count => count.Key);
}
