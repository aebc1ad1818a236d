using System.Runtime.CompilerServices;
using Notify.Core.Planning;
using Notify.Core.Telemetry;
using Notify.Core.Topics;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Triggers;

/// <summary>Stores planned notifications, hands their deliveries to the transport, and gives back what was not needed.</summary>
internal sealed class NotificationIntake(
    UnusedPermits unusedPermits,
    INotificationStore notifications,
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    ExpansionWorker expansions,
    NotificationEvents events
)
{
    // Every trigger waits in these methods for its commit, so their states are pooled: 0.9 KB less per notification.

    /// <summary>Stores a notification.</summary>
    /// <exception cref="IdempotencyConflictException">The idempotency key was already used with a different body.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TriggerResult> StoreAsync(PlannedRequest planned, CancellationToken cancellationToken)
    {
        var request = Prepare(planned);
        return await AcceptAsync(planned, EnqueueAsync(request, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>
    /// Stores notifications in one write. If it fails, all of them fail. One whose idempotency key was already used fails alone.
    /// </summary>
    /// <returns>The outcomes, in the order of the notifications.</returns>
    public async ValueTask<IReadOnlyList<TriggerOutcome>> StoreManyAsync(
        IReadOnlyList<PlannedRequest> planned,
        CancellationToken cancellationToken
    )
    {
        EnqueueRequest[] requests = [.. planned.Select(Prepare)];
        var enqueueing = EnqueueManyAsync(requests, cancellationToken).AsTask();
        var outcomes = new TriggerOutcome[requests.Length];
        for (var i = 0; i < requests.Length; i++)
            outcomes[i] = await CreateOutcomeAsync(planned[i], GetResultAsync(enqueueing, i)).ConfigureAwait(false);
        return outcomes;
    }

    /// <summary>
    /// Awaits the write of a planned notification, counts it if it was stored, and gives its permits back if it was not.
    /// </summary>
    /// <exception cref="IdempotencyConflictException">The idempotency key was already used with a different body.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TriggerResult> AcceptAsync(PlannedRequest planned, ValueTask<EnqueueResult> enqueueing)
    {
        EnqueueResult result;
        try
        {
            result = await enqueueing.ConfigureAwait(false);
        }
        catch (Exception)
        {
            await unusedPermits
                .GiveBackUnlessAsync(planned.Permits, () => IsStoredAsync(planned.Request.Notification))
                .ConfigureAwait(false);
            throw;
        }

        if (result.Status == EnqueueStatus.Stored)
            EngineTelemetry.CountAccepted(planned.Request.Notification);
        else
            await unusedPermits.GiveBackAsync(planned.Permits).ConfigureAwait(false);
        if (result.Status == EnqueueStatus.Conflict)
            throw new IdempotencyConflictException(result.NotificationId);
        if (result.Status == EnqueueStatus.Duplicate)
            return new TriggerResult(result.NotificationId, isDuplicate: true);
        return new TriggerResult(result.NotificationId, isDuplicate: false)
        {
            Skipped = planned.Skipped?.Listed ?? [],
            SkippedTotal = planned.Skipped?.Total ?? 0,
        };
    }

    private EnqueueRequest Prepare(PlannedRequest planned)
    {
        var deliveries = new QueuedDelivery[planned.Request.Deliveries.Count];
        for (var i = 0; i < deliveries.Length; i++)
            deliveries[i] = Prepare(planned.Request.Deliveries[i]);
        return planned.Request with { Deliveries = deliveries };
    }

    private QueuedDelivery Prepare(QueuedDelivery planned)
    {
        if (planned.CancelledBecause is not null)
            return planned;
        var prepared = transport.Prepare(planned.Delivery);
        return planned.AddressKey is { } key ? prepared with { AddressKey = key } : prepared;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
        (await EnqueueManyAsync([request], cancellationToken).ConfigureAwait(false))[0];

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<EnqueueResult>? results = null;
        List<(int Index, EnqueueRequest Request)>? held = null;
        try
        {
            held = await events.HoldAcceptedAsync(requests, cancellationToken).ConfigureAwait(false);
            results = await queue
                .EnqueueAsync(held is null ? requests : [.. requests, .. held.Select(one => one.Request)], cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            if (held is not null && results is null)
                events.LeaveAccepted(held);

            // The transport may have reserved slots for the deliveries in Prepare. They must be released if nothing is published.
            for (var i = 0; i < requests.Count; i++)
            {
                if (results?[i].Status != EnqueueStatus.Stored)
                    transport.Withdraw(requests[i].Deliveries);
            }
        }

        await PublishAsync(requests, results).ConfigureAwait(false);
        if (held is not null)
            await events.ReleaseAcceptedAsync(held, results).ConfigureAwait(false);
        return results;
    }

    private async ValueTask PublishAsync(IReadOnlyList<EnqueueRequest> requests, IReadOnlyList<EnqueueResult> results)
    {
        List<QueuedDelivery>? several = null;
        IReadOnlyList<QueuedDelivery>? deliveries = null;
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            if (results[i].Status != EnqueueStatus.Stored)
                continue;

            // Before the deliveries begin, so that watchers of this process learn of the notification first.
            events.PublishAccepted(request);
            if (request.Expansions.Count > 0)
                expansions.Wake();
            if (deliveries is null)
                deliveries = request.Deliveries;
            else
                (several ??= [.. deliveries]).AddRange(request.Deliveries);
        }

        if (deliveries is not null)
            await transport.PublishAsync(several ?? deliveries, CancellationToken.None).ConfigureAwait(false);
    }

    private static async ValueTask<EnqueueResult> GetResultAsync(Task<IReadOnlyList<EnqueueResult>> enqueueing, int index) =>
        (await enqueueing.ConfigureAwait(false))[index];

    private async ValueTask<TriggerOutcome> CreateOutcomeAsync(PlannedRequest planned, ValueTask<EnqueueResult> enqueueing)
    {
        try
        {
            return new TriggerOutcome(await AcceptAsync(planned, enqueueing).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            return new TriggerOutcome(exception);
        }
    }

    private async ValueTask<bool> IsStoredAsync(Notification notification) =>
        await notifications.FindAsync(notification.Tenant, notification.Id, CancellationToken.None).ConfigureAwait(false)
            is not null;
}
