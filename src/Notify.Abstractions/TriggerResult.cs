namespace Notify;

/// <summary>What became of a trigger: a durable notification.</summary>
/// <param name="Id">The notification's id (a UUIDv7).</param>
/// <param name="IsDuplicate">
/// True when the idempotency key had been seen with the same body and <paramref name="Id"/> is that first notification's.
/// </param>
public readonly record struct TriggerResult(Guid Id, bool IsDuplicate);

/// <summary>The idempotency key was used with another body. Nothing was stored.</summary>
public sealed class IdempotencyConflictException : Exception
{
    /// <summary>Creates the exception for the notification that holds the key.</summary>
    public IdempotencyConflictException(Guid existingId)
        : base($"The idempotency key belongs to notification {existingId}, which was triggered with another body.") =>
        ExistingId = existingId;

    /// <summary>The notification that holds the key.</summary>
    public Guid ExistingId { get; }
}
