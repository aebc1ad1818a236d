namespace Notify;

/// <summary>The application's way in.</summary>
public interface INotifier
{
    /// <summary>
    /// Validates the trigger, applies its idempotency key and makes the notification durable. After this returns, the
    /// notification is never lost: every delivery of it ends accepted, as a dead letter, or cancelled.
    /// </summary>
    /// <exception cref="InvalidTriggerException">The trigger is wrong; the exception names every wrong field.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was used with another body.</exception>
    Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default);

    /// <summary>
    /// Everything that <see cref="TriggerAsync"/> would find wrong with the trigger, or nothing. For a front end that has errors
    /// of its own to tell at the same time.
    /// </summary>
    IReadOnlyList<TriggerError> Validate(Trigger trigger);
}
