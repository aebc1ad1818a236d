using Notify.Core.Templates;
using Notify.Core.Validation;
using Notify.Core.Workflows;

namespace Notify.Core.Triggers;

/// <summary>Validates a trigger, renders its template, and plans its deliveries. Nothing is stored.</summary>
internal sealed class TriggerPlanner(
    TriggerValidator validator,
    PhoneNumberRules phones,
    WorkflowExpander workflows,
    TemplateRenderer renderer,
    NotificationFactory factory,
    IdempotencyKeys keys
)
{
    /// <summary>Plans a trigger.</summary>
    /// <remarks>
    /// The store detects a repeated key when the request is enqueued, so the key is looked up here only when that would be too
    /// late: before permits are taken, and before a trigger is rejected that may have been valid when its key was first used.
    /// </remarks>
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
}
