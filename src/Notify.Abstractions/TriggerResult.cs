using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>The result of a trigger: a durable notification.</summary>
public readonly record struct TriggerResult
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="id">The ID of the notification (a UUIDv7).</param>
    /// <param name="isDuplicate">
    /// True if the idempotency key was already used with the same body, in which case <see cref="Id"/> is the ID of that first
    /// notification.
    /// </param>
    [SetsRequiredMembers]
    public TriggerResult(Guid id, bool isDuplicate)
    {
        Id = id;
        IsDuplicate = isDuplicate;
    }

    /// <summary>Gets the ID of the notification (a UUIDv7).</summary>
    public required Guid Id { get; init; }

    /// <summary>
    /// Gets whether the idempotency key was already used with the same body, in which case <see cref="Id"/> is the ID of that
    /// first notification.
    /// </summary>
    public required bool IsDuplicate { get; init; }
}

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
