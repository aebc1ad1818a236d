using System.Data.Common;

namespace Notify;

/// <summary>The entry point for applications, which triggers and cancels notifications.</summary>
public interface INotifier
{
    /// <summary>
    /// Accepts a trigger: validates it, applies its idempotency key and stores the notification durably. Once the returned task
    /// completes, the notification cannot be lost: each of its deliveries ends as sent, as a dead letter, or as cancelled.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The ID of the notification, and whether an earlier trigger with the same idempotency key had already created it.
    /// </returns>
    /// <exception cref="InvalidRequestException">The trigger is invalid. The exception lists every invalid field.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was already used with a different body.</exception>
#pragma warning disable RS0026 // A required parameter distinguishes the overloads, so calls are never ambiguous.
    Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default);

    /// <summary>
    /// Accepts a trigger within the application's own database transaction. The notification is sent if the transaction is
    /// committed, and leaves no trace if it is rolled back. Delivery begins within
    /// <see cref="NotificationsOptions.PollInterval"/> after the commit.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="transaction">A transaction on the database of the store.</param>
    /// <param name="cancellationToken">A token to cancel the operation. The transaction is left to the caller.</param>
    /// <returns>
    /// The ID of the notification, and whether an earlier trigger with the same idempotency key had already created it. In an
    /// application that calls a service, the trigger is in an outbox, and the ID is <see cref="Guid.Empty"/>: the service assigns
    /// the ID later.
    /// </returns>
    /// <exception cref="InvalidRequestException">The trigger is invalid. The exception lists every invalid field.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was already used with a different body.</exception>
    /// <exception cref="NotSupportedException">The store does not support transactions.</exception>
    /// <exception cref="ArgumentException">
    /// The transaction belongs to a different kind of database, or has already ended.
    /// </exception>
    Task<TriggerResult> TriggerAsync(Trigger trigger, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>
    /// Accepts many triggers at once, which is much faster than one by one: hundreds are stored in one write. Each trigger is
    /// accepted or rejected on its own, in the order of the list; triggers with the same idempotency key are one notification.
    /// </summary>
    /// <param name="triggers">The triggers. Use the overload for streams for more than a few thousand.</param>
    /// <param name="cancellationToken">A token to cancel the operation. Triggers that were accepted before remain so.</param>
    /// <returns>The outcomes, in the order of the triggers.</returns>
    Task<IReadOnlyList<TriggerOutcome>> TriggerManyAsync(
        IReadOnlyList<Trigger> triggers,
        CancellationToken cancellationToken = default
    );

    /// <summary>Cancels a notification. Deliveries with an attempt in progress continue.</summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="id">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exact result of the cancellation; null if the tenant has no such notification.</returns>
    Task<Cancellation?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels all notifications that have a reference or a cancellation key. Every notification whose trigger was accepted
    /// before this call began is cancelled. One that is accepted meanwhile may be cancelled or not: to stop it too, call again.
    /// Calling again is harmless.
    /// </summary>
    /// <param name="target">The notifications.</param>
    /// <param name="cancellationToken">
    /// A token to cancel the operation. Notifications that were cancelled before remain so.
    /// </param>
    /// <returns>The sum of the results; zeros if no notification matches.</returns>
    /// <exception cref="InvalidRequestException">The target is invalid. Nothing was cancelled.</exception>
    Task<Cancellation> CancelAsync(CancellationTarget target, CancellationToken cancellationToken = default);
#pragma warning restore RS0026

    /// <summary>Validates a target. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="target">The target.</param>
    /// <returns>The errors; empty if the target is valid.</returns>
    IReadOnlyList<FieldError> Validate(CancellationTarget target);

    /// <summary>
    /// Validates a trigger on its own, without looking up templates or users. A front end can use this method to report these
    /// errors together with its own.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <returns>The errors; empty if the trigger is valid.</returns>
    IReadOnlyList<FieldError> Validate(Trigger trigger);
}
