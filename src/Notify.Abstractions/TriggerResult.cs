namespace Notify;

/// <summary>The result of a trigger: a durable notification.</summary>
/// <param name="Id">The ID of the notification (a UUIDv7).</param>
/// <param name="IsDuplicate">
/// True if the idempotency key was already used with the same body, in which case <paramref name="Id"/> is the ID of that first
/// notification.
/// </param>
public readonly record struct TriggerResult(Guid Id, bool IsDuplicate);

/// <summary>
/// The exception that is thrown when an idempotency key was already used with a different body. Nothing was stored.
/// </summary>
public sealed class IdempotencyConflictException : Exception
{
    /// <summary>Initializes a new instance of the exception with the notification that holds the key.</summary>
    /// <param name="existingId">The ID of that notification.</param>
    public IdempotencyConflictException(Guid existingId)
        : base($"The idempotency key was already used with a different body, for notification {existingId}.") =>
        ExistingId = existingId;

    /// <summary>Gets the code of the problem: <see cref="ProblemCodes.IdempotencyKeyReused"/>.</summary>
    public string Code { get; } = ProblemCodes.IdempotencyKeyReused;

    /// <summary>Gets the ID of the notification that holds the key.</summary>
    public Guid ExistingId { get; }
}
