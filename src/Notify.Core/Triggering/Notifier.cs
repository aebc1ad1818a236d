using System.Data.Common;
using Notify.Planning;
using Notify.Queueing;
using Notify.Telemetry;
using Notify.Templates;

namespace Notify.Triggering;

/// <summary>The first stage: validate, plan, make durable, hand over.</summary>
internal sealed class Notifier(
    TriggerValidator validator,
    TemplateRenderer renderer,
    NotificationFactory factory,
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    IEnumerable<IOutbox> outboxes,
    ExpansionWorker expansions,
    NotificationEvents events,
    TimeProvider time
) : INotifier
{
    public async Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        using var activity = NotifyTelemetry.StartTrigger();

        var planned = await PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        var request = planned with { Deliveries = [.. planned.Deliveries.Select(Prepare)] };
        var result = await EnqueueAsync(request, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.Id);
        return result;
    }

    public async Task<TriggerResult> TriggerAsync(
        Trigger trigger,
        DbTransaction transaction,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(transaction);
        var outbox = outboxes.FirstOrDefault()
            ?? throw new NotSupportedException(
                "This store cannot take part in a database transaction. Use UseSqlite or UsePostgreSql."
            );

        using var activity = NotifyTelemetry.StartTrigger();
        var request = await PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        var result = await outbox.EnqueueAsync(request, transaction, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.NotificationId);
        return Accepted(request.Notification, result);
    }

    public async Task<Cancellation?> CancelAsync(
        Guid id,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    ) => await queue.CancelAsync(tenant, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);

    public IReadOnlyList<FieldError> Validate(Trigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return validator.Validate(trigger);
    }

    private QueuedDelivery Prepare(QueuedDelivery planned) =>
        planned.CancelledBecause is null ? transport.Prepare(planned.Delivery) : planned;

    private async ValueTask<EnqueueRequest> PlanAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        List<FieldError> errors = [.. validator.Validate(trigger)];
        var rendered = await renderer.RenderAsync(trigger, null, errors, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);

        return await factory.CreateAsync(trigger, rendered, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TriggerResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        var published = false;
        try
        {
            var result = Accepted(
                request.Notification,
                (await queue.EnqueueAsync([request], cancellationToken).ConfigureAwait(false))[0]
            );
            if (result.IsDuplicate)
                return result;

            published = true;
            await transport.PublishAsync(request.Deliveries, CancellationToken.None).ConfigureAwait(false);
            if (request.Expansions.Count > 0)
                expansions.Wake();
            events.Publish(request);
            return result;
        }
        finally
        {
            if (!published)
                transport.Withdraw(request.Deliveries);
        }
    }

    private static TriggerResult Accepted(Notification notification, EnqueueResult result)
    {
        if (result.Status == EnqueueStatus.Conflict)
            throw new IdempotencyConflictException(result.NotificationId);
        if (result.Status == EnqueueStatus.Stored)
            NotifyTelemetry.CountAccepted(notification);
        return new TriggerResult(result.NotificationId, result.Status == EnqueueStatus.Duplicate);
    }
}
