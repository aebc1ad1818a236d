using System.Data.Common;
using Notify.Core.Planning;
using Notify.Core.Telemetry;
using Notify.Core.Templates;
using Notify.Core.Topics;
using Notify.Core.Validation;
using Notify.Core.Workflows;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Triggers;

/// <summary>The first stage: validates, plans and stores a trigger, and hands its deliveries to the transport.</summary>
internal sealed class Notifier(
    TriggerValidator validator,
    PhoneNumberRules phones,
    WorkflowExpander workflows,
    TemplateRenderer renderer,
    NotificationFactory factory,
    IdempotencyKeys keys,
    UnusedPermits unusedPermits,
    INotificationStore notifications,
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    IEnumerable<IOutbox> outboxes,
    ExpansionWorker expansions,
    NotificationEvents events,
    TargetCanceller canceller,
    TimeProvider time
) : INotifier
{
    public async Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        using var activity = EngineTelemetry.StartTrigger();

        var (known, planned) = await PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        if (known is { } duplicate)
            return duplicate;

        var request = planned.Request with { Deliveries = [.. planned.Request.Deliveries.Select(Prepare)] };
        var result = await AcceptAsync(planned, EnqueueAsync(request, cancellationToken)).ConfigureAwait(false);
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
                "This store does not support database transactions. Use UseSqlite or UsePostgreSql."
            );

        using var activity = EngineTelemetry.StartTrigger();
        var (known, planned) = await PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        if (known is { } duplicate)
            return duplicate;

        var enqueueing = EnqueueAsync(outbox, planned.Request, transaction, cancellationToken);
        var result = await AcceptAsync(planned, enqueueing).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.Id);
        return result;
    }

    public async Task<Cancellation?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var result = await queue.CancelAsync(tenant, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (result is not null)
            events.PublishCancelled(tenant, id, result);
        return result;
    }

    public Task<Cancellation> CancelAsync(CancellationTarget target, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(target));
        return canceller.CancelAsync(target, cancellationToken);
    }

    public IReadOnlyList<FieldError> Validate(CancellationTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return [.. LabelRules.FindErrors(target)];
    }

    public IReadOnlyList<FieldError> Validate(Trigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return trigger.Workflow is null && trigger.WorkflowVersion is null
            ? validator.Validate(trigger)
            // The digest of such a trigger has only a key, which is not valid without the rest.
            : [.. WorkflowExpander.FindErrors(trigger), .. validator.Validate(trigger with { Digest = null })];
    }

    private QueuedDelivery Prepare(QueuedDelivery planned) =>
        planned.CancelledBecause is null ? transport.Prepare(planned.Delivery) with { AddressKey = planned.AddressKey } : planned;

    // The store detects a repeated key when the request is enqueued, so the key is looked up here only when that would be too
    // late: before permits are taken, and before a trigger is rejected that may have been valid when its key was first used.
    private async ValueTask<(TriggerResult? Known, PlannedRequest Planned)> PlanAsync(
        Trigger given,
        CancellationToken cancellationToken
    )
    {
        var asked = phones.Normalize(given);
        try
        {
            List<FieldError> errors = [];
            var trigger = await workflows.ExpandAsync(asked, errors, cancellationToken).ConfigureAwait(false);
            var isThrottled = trigger.Throttle is not null;
            if (isThrottled && await keys.FindAsync(asked, cancellationToken).ConfigureAwait(false) is { } holder)
                return (holder, default);

            var rendered = await CheckAsync(asked, trigger, errors, cancellationToken).ConfigureAwait(false);
            return (null, await factory.CreateAsync(trigger, asked, rendered, cancellationToken).ConfigureAwait(false));
        }
        catch (InvalidRequestException)
        {
            if (await keys.FindAsync(asked, cancellationToken).ConfigureAwait(false) is { } held)
                return (held, default);
            throw;
        }
    }

    private async ValueTask<RenderedContents> CheckAsync(
        Trigger asked,
        Trigger trigger,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        errors.AddRange(validator.Validate(trigger));
        var rendered = await renderer.RenderAsync(trigger, null, errors, cancellationToken).ConfigureAwait(false);
        if (errors.Count > 0)
            throw new InvalidRequestException([.. WorkflowExpander.Describe(asked, trigger, errors)]);
        return rendered;
    }

    private async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        // The transport may have reserved slots for the deliveries in Prepare. They must be released if nothing is published.
        var published = false;
        try
        {
            var result = (await queue.EnqueueAsync([request], cancellationToken).ConfigureAwait(false))[0];
            if (result.Status != EnqueueStatus.Stored)
                return result;

            published = true;
            // Before the deliveries begin, so that watchers of this process learn of the notification first.
            events.PublishAccepted(request);
            await transport.PublishAsync(request.Deliveries, CancellationToken.None).ConfigureAwait(false);
            if (request.Expansions.Count > 0)
                expansions.Wake();
            return result;
        }
        finally
        {
            if (!published)
                transport.Withdraw(request.Deliveries);
        }
    }

    // Async, so that an exception ends the task even if the outbox throws it at once.
    private static async ValueTask<EnqueueResult> EnqueueAsync(
        IOutbox outbox,
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    ) => await outbox.EnqueueAsync(request, transaction, cancellationToken).ConfigureAwait(false);

    private async ValueTask<TriggerResult> AcceptAsync(PlannedRequest planned, ValueTask<EnqueueResult> enqueueing)
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

    private async ValueTask<bool> IsStoredAsync(Notification notification) =>
        await notifications.FindAsync(notification.Tenant, notification.Id, CancellationToken.None).ConfigureAwait(false)
            is not null;
}
