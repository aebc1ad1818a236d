using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Queueing;
using Notify.Recipients;

namespace Notify.Planning;

/// <summary>
/// Turns notifications to topics into deliveries, batch by batch. A batch's deliveries and its last subscriber are stored
/// together, so after a crash the expansion continues behind the last batch. One expansion covers all topics of a notification:
/// it passes each subscriber once, so a user who subscribes to several of them is notified once.
/// </summary>
internal sealed class ExpansionWorker(
    IExpansionStore expansions,
    ITopicStore topics,
    IThrottleStore throttles,
    DeliveryPlanner planner,
    WorkerIdentity worker,
    WorkSignal signal,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<ExpansionWorker> logger
) : DueWorker(settings, options, time), IExpansionSignal
{
    private const int LeasesAtATime = 4;

    protected override async ValueTask<bool> WorkAsync(CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        var leases = await expansions
            .LeaseAsync(worker.Name, now, now + Options.LeaseDuration, LeasesAtATime, stopping)
            .ConfigureAwait(false);
        foreach (var lease in leases)
            await ExpandBatchAsync(lease, stopping).ConfigureAwait(false);
        return leases.Count > 0;
    }

    protected override void Failed(Exception exception) => Log.ExpansionFailed(logger, exception);

    // One batch, and then it is due again behind the others that are: a broadcast to a million does not keep a small one waiting.
    private async ValueTask ExpandBatchAsync(ExpansionLease lease, CancellationToken stopping)
    {
        var notification = lease.Notification;
        var batch = await ListNextAsync(lease, stopping).ConfigureAwait(false);
        var planned = await planner
            .PlanAsync(notification, [.. WithoutNamed(notification, batch.Keys)], stopping, batch)
            .ConfigureAwait(false);

        var now = Time.GetUtcNow();
        var step = new ExpansionStep(
            lease,
            batch.Count == 0 ? lease.Cursor : batch.Keys[^1],
            lease.Done + batch.Count,
            IsComplete: batch.Count < Settings.ExpansionBatchSize,
            At: now,
            Until: now,
            planned.Deliveries,
            planned.Digests
        );
        if (await expansions.AdvanceAsync(step, stopping).ConfigureAwait(false))
            signal.Set();
        else if (planned.Permits is { } permits)
            await throttles.GiveBackAsync(permits, stopping).ConfigureAwait(false);
    }

    /// <summary>
    /// Lists the next subscribers of all topics in the order of their ids, each with the first topic it subscribes to.
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

        while (next.Count > Settings.ExpansionBatchSize)
            next.RemoveAt(next.Count - 1);
        return next;
    }

    // A user whom the trigger names has a delivery already.
    private static IEnumerable<Recipient> WithoutNamed(Notification notification, IEnumerable<string> users)
    {
        var named = notification
            .Trigger.To.Where(recipient => recipient.Kind == RecipientKind.User)
            .Select(recipient => recipient.Value)
            .ToHashSet(StringComparer.Ordinal);
        return users.Where(user => !named.Contains(user)).Select(Recipient.User);
    }
}
