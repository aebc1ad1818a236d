namespace Notify;

/// <summary>What became of a trigger: a durable notification.</summary>
/// <param name="Id">The notification's id (a UUIDv7).</param>
/// <param name="IsDuplicate">True when the idempotency key had been seen with the same body and <paramref name="Id"/> is that first notification's.</param>
public readonly record struct TriggerResult(Guid Id, bool IsDuplicate);

/// <summary>One thing that is wrong with a trigger.</summary>
/// <param name="Field">The field in JSON spelling, such as <c>to[0].email</c> or <c>expiresAt</c>.</param>
/// <param name="Message">A sentence that says what would be right. It never repeats an address or content.</param>
public readonly record struct TriggerError(string Field, string Message);

/// <summary>The trigger cannot be accepted as it is. Nothing of it was stored.</summary>
public sealed class InvalidTriggerException : Exception
{
    /// <summary>Creates the exception from all that is wrong.</summary>
    public InvalidTriggerException(IReadOnlyList<TriggerError> errors)
        : base("The trigger is invalid: " + string.Join(" ", errors.Select(error => $"{error.Field}: {error.Message}"))) =>
        Errors = errors;

    /// <summary>Every wrong field, at least one.</summary>
    public IReadOnlyList<TriggerError> Errors { get; }
}

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
