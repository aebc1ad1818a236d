using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Queueing;
using Notify.Recipients;

namespace Notify.Planning;

/// <summary>
/// Turns notifications to topics into deliveries, batch by batch. A batch's deliveries and the place it came to are stored
/// together, so a crash goes on where the last batch ended.
/// </summary>
internal sealed class ExpansionWorker(
    IExpansionStore expansions,
    ITopicStore topics,
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
        var users = await topics
            .ListAsync(notification.Tenant, lease.Topic, lease.Cursor, Settings.ExpansionBatchSize, stopping)
            .ConfigureAwait(false);
        var planned = await planner.PlanAsync(notification, [.. users.Select(Recipient.User)], stopping).ConfigureAwait(false);

        var now = Time.GetUtcNow();
        var step = new ExpansionStep(
            lease,
            users.Count == 0 ? lease.Cursor : users[^1],
            lease.Done + users.Count,
            IsComplete: users.Count < Settings.ExpansionBatchSize,
            At: now,
            Until: now,
            planned.Deliveries,
            planned.Digests
        );
        if (await expansions.AdvanceAsync(step, stopping).ConfigureAwait(false))
            signal.Set();
    }
}
