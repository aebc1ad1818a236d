using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Broadcasts;
using Notify.Core.Planning;
using Notify.Core.Queue;
using Notify.Core.Telemetry;
using Notify.Storage;

namespace Notify.Core.Topics;

/// <summary>
/// Turns notifications to topics into deliveries, batch by batch. One expansion covers all topics of a notification and visits
/// each subscriber once, in the order of their ids, so a user who subscribes to several of the topics is notified once.
/// </summary>
/// <remarks>
/// The deliveries of a batch and its last subscriber (the cursor) are one transaction under the fence of the lease. After a crash
/// the expansion continues behind the last batch that was stored. A worker that lost its lease stores nothing, so a batch that
/// two workers planned is stored once.
/// </remarks>
internal sealed class ExpansionWorker(
    IExpansionStore expansions,
    ITopicStore topics,
    BroadcastPauses pauses,
    UnusedPermits unusedPermits,
    DeliveryPlanner planner,
    WorkerIdentity worker,
    WorkSignal signal,
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<ExpansionWorker> logger
) : TurnWorker<ExpansionLease>(timer, settings, options, time), IExpansionSignal
{
    /// <summary>
    /// How often a paused expansion looks whether it is resumed. The mark of the pause is a document, and resuming cannot make an
    /// expansion due.
    /// </summary>
    private static readonly TimeSpan PauseCheckInterval = TimeSpan.FromSeconds(2);

    protected override int LeasesPerTurn => 4;

    protected override string WorkerName => worker.Name;

    protected override ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken stopping) =>
        expansions.LeaseAsync(request, stopping);

    protected override string GetTenant(ExpansionLease lease) => lease.Notification.Tenant;

    protected override int GetFailures(ExpansionLease lease) => lease.Failures;

    protected override async ValueTask HandleAsync(ExpansionLease lease, CancellationToken cancellationToken)
    {
        var notification = lease.Notification;
        if (await pauses.FindAsync(notification.Tenant, notification.Id, cancellationToken).ConfigureAwait(false) is null)
            await ExpandBatchAsync(lease, cancellationToken).ConfigureAwait(false);
        else
            await PutOffAsync(lease, cancellationToken).ConfigureAwait(false);
    }

    protected override async ValueTask GiveBackAsync(
        ExpansionLease lease,
        Exception failure,
        TimeSpan? retryDelay,
        CancellationToken cancellationToken
    )
    {
        var now = Time.GetUtcNow();
        var failed = new ExpansionFailure
        {
            Lease = lease,
            Reason = FailureReason.Describe(failure),
            At = now,
            RetryAt = now + retryDelay,
        };
        if (!await expansions.FailAsync(failed, cancellationToken).ConfigureAwait(false))
            return;
        if (retryDelay is { } delay)
            Log.ExpansionFailed(logger, failure, lease.Notification.Id, delay);
        else
            Log.ExpansionDead(logger, failure, lease.Notification.Id);
    }

    protected override void LogFailure(Exception exception) => Log.ExpansionsUnreachable(logger, exception);

    // Plans one batch. The expansion is then due again, behind all others that are due, so a broadcast to a million users does
    // not delay a small one.
    private async ValueTask ExpandBatchAsync(ExpansionLease lease, CancellationToken stopping)
    {
        var notification = lease.Notification;
        using var activity = EngineTelemetry.StartExpansion(notification);
        var batch = await ListNextAsync(lease, stopping).ConfigureAwait(false);
        var planned = await planner
            .PlanAsync(notification, [.. WithoutNamed(notification, batch.Keys)], stopping, batch)
            .ConfigureAwait(false);

        var now = Time.GetUtcNow();
        // Rendering for each subscriber may have taken so long that the rest was left.
        var count = planned.FirstLeft is { } left ? batch.IndexOfKey(left.Value) : batch.Count;
        var step = new ExpansionStep
        {
            Lease = lease,
            Cursor = count == 0 ? lease.Cursor : batch.Keys[count - 1],
            Done = lease.Done + count,
            IsComplete = count < Settings.ExpansionBatchSize && planned.FirstLeft is null,
            At = now,
            Until = now,
            Deliveries = planned.Deliveries,
            Digests = planned.Digests,
        };
        if (await AdvanceAsync(step, planned.Permits, stopping).ConfigureAwait(false))
            signal.Set();
        else
            await unusedPermits.GiveBackAsync(planned.Permits).ConfigureAwait(false);
    }

    // A step without subscribers leaves the expansion where it is. If the lease was lost, another worker looks.
    private async ValueTask PutOffAsync(ExpansionLease lease, CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        var step = new ExpansionStep
        {
            Lease = lease,
            Cursor = lease.Cursor,
            Done = lease.Done,
            IsComplete = false,
            At = now,
            Until = now + PauseCheckInterval,
            Deliveries = [],
            Digests = [],
        };
        await expansions.AdvanceAsync(step, stopping).ConfigureAwait(false);
    }

    // A batch that was not stored is tried again, and its own permits would throttle it then. After a cancellation they are kept:
    // the store may still be writing the batch.
    private async ValueTask<bool> AdvanceAsync(ExpansionStep step, ThrottleRequest? permits, CancellationToken stopping)
    {
        try
        {
            return await expansions.AdvanceAsync(step, stopping).ConfigureAwait(false);
        }
        catch (Exception) when (!stopping.IsCancellationRequested)
        {
            await unusedPermits.GiveBackUnlessAsync(permits, () => HasMovedOnAsync(step.Lease, stopping)).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<bool> HasMovedOnAsync(ExpansionLease lease, CancellationToken stopping)
    {
        var notification = lease.Notification;
        var all = await expansions.GetProgressAsync(notification.Tenant, notification.Id, stopping).ConfigureAwait(false);
        return !all.Any(progress => progress.Topic == lease.Topic && progress.Done == lease.Done && !progress.IsComplete);
    }

    /// <summary>
    /// Lists the next subscribers of all topics in the order of their ids, each with the first topic that it subscribes to.
    /// </summary>
    private async ValueTask<SortedList<string, string>> ListNextAsync(ExpansionLease lease, CancellationToken stopping)
    {
        var next = new SortedList<string, string>(StringComparer.Ordinal);
        foreach (var topic in lease.Notification.Trigger.Topics())
        {
            var users = await topics
                .ListAsync(lease.Notification.Tenant, topic, lease.Cursor, Settings.ExpansionBatchSize, stopping)
                .ConfigureAwait(false);
            foreach (var user in users)
                next.TryAdd(user, topic);
        }

        // Each topic returned a whole batch, so together they may have more. Those with the highest ids are left for later: the
        // cursor must not pass a subscriber that was not planned.
        while (next.Count > Settings.ExpansionBatchSize)
            next.RemoveAt(next.Count - 1);
        return next;
    }

    // A user whom the trigger also names directly already has a delivery.
    private static IEnumerable<Recipient> WithoutNamed(Notification notification, IEnumerable<string> users)
    {
        var named = notification
            .Trigger.To.Where(recipient => recipient.Kind == RecipientKind.User)
            .Select(recipient => recipient.Value)
            .ToHashSet(StringComparer.Ordinal);
        return users.Where(user => !named.Contains(user)).Select(Recipient.User);
    }
}
