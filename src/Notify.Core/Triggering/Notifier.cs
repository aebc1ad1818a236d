using System.Data.Common;
using Microsoft.Extensions.Options;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Telemetry;

namespace Notify.Triggering;

/// <summary>The first stage: validate, plan, make durable, hand over.</summary>
internal sealed class Notifier(
    TriggerValidator validator,
    TemplateRenderer renderer,
    DeliveryPlanner planner,
    ITopicStore topics,
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    IEnumerable<IOutbox> outboxes,
    ExpansionSignal expand,
    IOptions<NotificationsOptions> options,
    TimeProvider time) : INotifier
{
    public async Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        using var activity = NotifyTelemetry.StartTrigger();

        var planned = await PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        var request = planned with { Deliveries = [.. planned.Deliveries.Select(queued => transport.Prepare(queued.Delivery))] };
        var result = await EnqueueAsync(request, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.Id);
        return result;
    }

    public async Task<TriggerResult> TriggerAsync(Trigger trigger, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(transaction);
        var outbox = outboxes.FirstOrDefault()
            ?? throw new NotSupportedException("This store cannot take part in a database transaction. Use UseSqlite or UsePostgreSql.");

        using var activity = NotifyTelemetry.StartTrigger();
        var request = await PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        var result = await outbox.EnqueueAsync(request, transaction, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.NotificationId);
        return Accepted(request.Notification, result);
    }

    public async Task<Cancellation?> CancelAsync(Guid id, string tenant = Trigger.DefaultTenant, CancellationToken cancellationToken = default) =>
        await queue.CancelAsync(tenant, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);

    private async ValueTask<EnqueueRequest> PlanAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        List<FieldError> errors = [.. validator.Validate(trigger)];
        var contents = await renderer.RenderAsync(trigger, errors, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);

        var notification = Accept(trigger, contents);
        Recipient[] named = [.. trigger.To.Where(recipient => recipient.Kind != RecipientKind.Topic)];
        var planned = await planner.PlanAsync(notification, named, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny([.. planned.Unknown.Select(index =>
            new FieldError($"to[{trigger.To.IndexOf(named[index])}]", "There is no such user."))]);

        return new EnqueueRequest(
            notification,
            [.. planned.Deliveries.Select(delivery => new QueuedDelivery(delivery, delivery.DueAt))],
            IdempotencyClaim.Of(notification, options.Value),
            await ExpandAsync(notification, cancellationToken).ConfigureAwait(false));
    }

    private Notification Accept(Trigger trigger, IReadOnlyList<ContentVariant> contents)
    {
        var now = time.GetUtcNow();
        var sendAt = trigger.SendAt ?? (trigger.SendAtLocal is { } local ? new DateTimeOffset(local, TimeSpan.Zero) : now);
        return new Notification
        {
            Id = Guid.CreateVersion7(now),
            Trigger = trigger,
            AcceptedAt = now,
            ExpiresAt = trigger.ExpiresAt ?? (sendAt > now ? sendAt : now) + options.Value.DefaultTimeToLive,
            Contents = contents,
        };
    }

    private async ValueTask<IReadOnlyList<NewExpansion>> ExpandAsync(Notification notification, CancellationToken cancellationToken)
    {
        List<NewExpansion> expansions = [];
        foreach (var topic in notification.Trigger.To.Where(recipient => recipient.Kind == RecipientKind.Topic).Distinct())
        {
            var subscribers = await topics.CountAsync(notification.Tenant, topic.Value, cancellationToken).ConfigureAwait(false);
            if (subscribers > 0)
                expansions.Add(new NewExpansion(topic.Value, subscribers, notification.AcceptedAt));
        }

        return expansions;
    }

    private async ValueTask<TriggerResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        var published = false;
        try
        {
            var result = Accepted(request.Notification, (await queue.EnqueueAsync([request], cancellationToken).ConfigureAwait(false))[0]);
            if (result.IsDuplicate)
                return result;

            published = true;
            await transport.PublishAsync(request.Deliveries, CancellationToken.None).ConfigureAwait(false);
            if (request.Expansions.Count > 0)
                expand.Set();
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
