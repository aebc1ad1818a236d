using System.Data.Common;

namespace Notify;

/// <summary>The application's way in.</summary>
public interface INotifier
{
    /// <summary>
    /// Validates the trigger, applies its idempotency key and makes the notification durable. After this returns, the
    /// notification is never lost: every delivery of it ends accepted, as a dead letter, or cancelled.
    /// </summary>
    /// <exception cref="InvalidRequestException">The trigger is wrong; the exception names every wrong field.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was used with another body.</exception>
#pragma warning disable RS0026 // The overloads differ by a required parameter, so no call is ambiguous.
    Task<TriggerResult> TriggerAsync(Trigger trigger, CancellationToken cancellationToken = default);

    /// <summary>
    /// The same within the application's own database transaction: the notification is sent if the transaction commits, and
    /// leaves nothing if it rolls back. Deliveries begin within <see cref="NotificationsOptions.PollInterval"/> after the commit.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="transaction">A transaction on the store's own database.</param>
    /// <param name="cancellationToken">Cancels the call, and leaves the transaction to its owner.</param>
    /// <exception cref="InvalidRequestException">The trigger is wrong; the exception names every wrong field.</exception>
    /// <exception cref="IdempotencyConflictException">The idempotency key was used with another body.</exception>
    /// <exception cref="NotSupportedException">The store has no transactions.</exception>
    /// <exception cref="ArgumentException">The transaction is on another kind of database, or has ended.</exception>
    Task<TriggerResult> TriggerAsync(Trigger trigger, DbTransaction transaction, CancellationToken cancellationToken = default);
#pragma warning restore RS0026

    /// <summary>
    /// Stops what has not been sent yet of a notification, and says exactly what that was. Null when the tenant has no such
    /// notification.
    /// </summary>
    Task<Cancellation?> CancelAsync(
        Guid id,
        string tenant = Trigger.DefaultTenant,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// What is wrong with the trigger by itself, without a look at templates and users, or nothing. For a front end that has
    /// errors of its own to tell at the same time.
    /// </summary>
    IReadOnlyList<FieldError> Validate(Trigger trigger);
}
