using Microsoft.Extensions.Hosting;
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
    ExpansionSignal expand,
    WorkSignal signal,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<ExpansionWorker> logger) : BackgroundService
{
    /// <summary>Enough to amortise a commit, small enough to let other writes in between.</summary>
    private const int BatchSize = 500;

    private const int LeasesAtATime = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var poll = time.CreateTimer(_ => expand.Set(), null, options.Value.PollInterval, options.Value.PollInterval)
            .ConfigureAwait(false);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await ExpandDueAsync(stoppingToken).ConfigureAwait(false))
                    await expand.WaitAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.ExpansionFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask<bool> ExpandDueAsync(CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var leases = await expansions.LeaseAsync(worker.Name, now, now + options.Value.LeaseDuration, LeasesAtATime, stopping).ConfigureAwait(false);
        foreach (var lease in leases)
            await ExpandAsync(lease, stopping).ConfigureAwait(false);
        return leases.Count > 0;
    }

    private async ValueTask ExpandAsync(ExpansionLease lease, CancellationToken stopping)
    {
        while (await ExpandBatchAsync(lease, stopping).ConfigureAwait(false) is { } next)
            lease = next;
    }

    /// <returns>The lease to go on with; null when nothing is left or the lease was lost.</returns>
    private async ValueTask<ExpansionLease?> ExpandBatchAsync(ExpansionLease lease, CancellationToken stopping)
    {
        var notification = lease.Notification;
        var users = await topics.ListAsync(notification.Tenant, lease.Topic, lease.Cursor, BatchSize, stopping).ConfigureAwait(false);
        var planned = await planner.PlanAsync(notification, [.. users.Select(Recipient.User)], stopping).ConfigureAwait(false);

        var now = time.GetUtcNow();
        var step = new ExpansionStep(
            lease,
            users.Count == 0 ? lease.Cursor : users[^1],
            lease.Done + users.Count,
            IsComplete: users.Count < BatchSize,
            now,
            now + options.Value.LeaseDuration,
            [.. planned.Deliveries.Select(delivery => new QueuedDelivery(delivery, delivery.DueAt))]);
        var advanced = await expansions.AdvanceAsync(step, stopping).ConfigureAwait(false);
        signal.Set();
        return advanced && !step.IsComplete ? lease with { Cursor = step.Cursor, Done = step.Done } : null;
    }
}
