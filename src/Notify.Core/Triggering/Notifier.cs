using Microsoft.Extensions.Options;
using Notify.Planning;
using Notify.Queueing;
using Notify.Telemetry;

namespace Notify.Triggering;

/// <summary>The first stage: validate, plan, make durable, hand over.</summary>
internal sealed class Notifier(
    TriggerValidator validator,
    DeliveryPlanner planner,
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    IOptions<NotificationsOptions> options,
    TimeProvider time) : INotifier
{
    public async Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        using var activity = NotifyTelemetry.StartTrigger();

        var errors = validator.Validate(trigger);
        if (errors.Count > 0)
            throw new InvalidTriggerException(errors);

        var plan = await planner.PlanAsync(Accept(trigger), cancellationToken).ConfigureAwait(false);
        var deliveries = Prepare(plan.Deliveries);
        var result = await EnqueueAsync(plan.Notification, deliveries, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.Id);
        return result;
    }

    public IReadOnlyList<TriggerError> Validate(Trigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return validator.Validate(trigger);
    }

    private Notification Accept(Trigger trigger)
    {
        var now = time.GetUtcNow();
        return new Notification
        {
            Id = Guid.CreateVersion7(now),
            Trigger = trigger,
            AcceptedAt = now,
            ExpiresAt = trigger.ExpiresAt ?? (trigger.SendAt > now ? trigger.SendAt.Value : now) + options.Value.DefaultTimeToLive,
            Contents = trigger.Content is null ? [] : [trigger.Content],
        };
    }

    private QueuedDelivery[] Prepare(IReadOnlyList<Delivery> deliveries)
    {
        var prepared = new QueuedDelivery[deliveries.Count];
        for (var i = 0; i < prepared.Length; i++)
            prepared[i] = transport.Prepare(deliveries[i]);
        return prepared;
    }

    private async ValueTask<TriggerResult> EnqueueAsync(
        Notification notification, QueuedDelivery[] deliveries, CancellationToken cancellationToken)
    {
        var published = false;
        try
        {
            var request = new EnqueueRequest(notification, deliveries, IdempotencyClaim.Of(notification, options.Value));
            var result = (await queue.EnqueueAsync([request], cancellationToken).ConfigureAwait(false))[0];
            if (result.Status == EnqueueStatus.Conflict)
                throw new IdempotencyConflictException(result.NotificationId);
            if (result.Status == EnqueueStatus.Duplicate)
                return new TriggerResult(result.NotificationId, IsDuplicate: true);

            NotifyTelemetry.CountAccepted(notification);
            published = true;
            await transport.PublishAsync(deliveries, CancellationToken.None).ConfigureAwait(false);
            return new TriggerResult(notification.Id, IsDuplicate: false);
        }
        finally
        {
            if (!published)
                transport.Withdraw(deliveries);
        }
    }
}
