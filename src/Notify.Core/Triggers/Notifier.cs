using System.Data.Common;
using Notify.Core.Telemetry;
using Notify.Core.Workflows;
using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>The first stage: plans and stores triggers, and hands their deliveries to the transport.</summary>
internal sealed class Notifier(
    TriggerValidator validator,
    TriggerPlanner planner,
    NotificationIntake intake,
    KeyTurns turns,
    TriggerBatches batches,
    IDeliveryQueue queue,
    IEnumerable<IOutbox> outboxes,
    NotificationEvents events,
    TargetCanceller canceller,
    TimeProvider time
) : INotifier
{
    public async Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        using var activity = EngineTelemetry.StartTrigger();

        using var turn = await turns.EnterAsync(trigger).ConfigureAwait(false);
        var (known, planned) = await planner.PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        if (known is { } duplicate)
            return duplicate;

        var result = await intake.StoreAsync(planned, cancellationToken).ConfigureAwait(false);
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
        var (known, planned) = await planner.PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
        if (known is { } duplicate)
            return duplicate;

        var enqueueing = EnqueueAsync(outbox, planned.Request, transaction, cancellationToken);
        var result = await intake.AcceptAsync(planned, enqueueing).ConfigureAwait(false);
        activity?.SetTag("notify.notification.id", result.Id);
        return result;
    }

    public Task<IReadOnlyList<TriggerOutcome>> TriggerManyAsync(
        IReadOnlyList<Trigger> triggers,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(triggers);
        return batches.RunAsync(triggers, cancellationToken);
    }

    public async Task<Cancellation?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var result = await queue.CancelAsync(tenant, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (result is not null)
            await events.PublishCancelledAsync(tenant, id, result, cancellationToken).ConfigureAwait(false);
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

    // Async, so that an exception ends the task even if the outbox throws it at once.
    private static async ValueTask<EnqueueResult> EnqueueAsync(
        IOutbox outbox,
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    ) => await outbox.EnqueueAsync(request, transaction, cancellationToken).ConfigureAwait(false);
}
