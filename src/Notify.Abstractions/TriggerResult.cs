using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>The result of a trigger: a durable notification.</summary>
public readonly record struct TriggerResult
{
    /// <summary>The maximum number of entries in <see cref="Skipped"/>.</summary>
    public const int MaxSkipped = 100;

    private readonly IReadOnlyList<SkippedRecipient>? _skipped;

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

    /// <summary>
    /// Gets the recipients to which nothing is sent, with the reason; empty if all are reached. At most <see cref="MaxSkipped"/>
    /// entries. It is always empty for a duplicate, because only the timeline of the first notification tells what became of it.
    /// Subscribers of topics are found later and are not included either.
    /// </summary>
    public IReadOnlyList<SkippedRecipient> Skipped
    {
        get => _skipped ?? [];
        init => _skipped = value is { Count: > 0 } ? value : null;
    }

    /// <summary>
    /// Gets the number of recipients to which nothing is sent, including those that <see cref="Skipped"/> does not list.
    /// </summary>
    public int SkippedTotal { get; init; }
}

/// <summary>A recipient of a trigger to which nothing is sent.</summary>
public sealed record SkippedRecipient
{
    /// <summary>Gets the recipient. A phone number is in E.164 form.</summary>
    public required Recipient Recipient { get; init; }

    /// <summary>
    /// Gets the channel to which the reason applies; null if it applies to all channels. A recipient has an entry for each
    /// channel if the reasons differ.
    /// </summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the kind of the reason, one of <see cref="SkipCodes"/>. A program can depend on it.</summary>
    public required string Code { get; init; }

    /// <summary>
    /// Gets the reason, as the timeline shows it. It never contains an address or content. The wording may change at any time.
    /// </summary>
    public required string Reason { get; init; }
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
