using Notify.Core.Templates;
using Notify.Core.Validation;

namespace Notify.Core.Triggers;

/// <summary>Validates a trigger, renders its template, and plans its deliveries. Nothing is stored.</summary>
internal sealed class TriggerPlanner(
    TriggerValidator validator,
    PhoneNumberRules phones,
    TemplateRenderer renderer,
    NotificationFactory factory,
    IdempotencyKeys keys
)
{
    // The store detects a repeated key when the request is enqueued, so the key is looked up here only when that would be too
    // late: before permits are taken, and before a trigger is rejected that may have been valid when its key was first used.
    /// <summary>Plans a trigger.</summary>
    /// <returns>
    /// The notification that already has the trigger's idempotency key, if that is known; otherwise the planned request.
    /// </returns>
    /// <exception cref="InvalidRequestException">The trigger is invalid.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was already used with a different body.</exception>
    public async ValueTask<(TriggerResult? Known, PlannedRequest Planned)> PlanAsync(
        Trigger given,
        CancellationToken cancellationToken
    )
    {
        var trigger = phones.Normalize(given);
        if (trigger.Throttle is not null && await keys.FindAsync(trigger, cancellationToken).ConfigureAwait(false) is { } holder)
            return (holder, default);

        try
        {
            List<FieldError> errors = [.. validator.Validate(trigger)];
            var rendered = await renderer.RenderAsync(trigger, null, errors, cancellationToken).ConfigureAwait(false);
            InvalidRequestException.ThrowIfAny(errors);
            return (null, await factory.CreateAsync(trigger, rendered, cancellationToken).ConfigureAwait(false));
        }
        catch (InvalidRequestException)
        {
            if (await keys.FindAsync(trigger, cancellationToken).ConfigureAwait(false) is { } held)
                return (held, default);
            throw;
        }
    }
}
