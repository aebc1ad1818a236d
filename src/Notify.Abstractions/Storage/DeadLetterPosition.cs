using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>The position of a dead letter in a list: the time at which it ended, then its ID.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct DeadLetterPosition
{
    /// <summary>Creates the value.</summary>
    /// <param name="endedAt">The time at which the delivery ended, as the store returned it.</param>
    /// <param name="id">The ID of the delivery.</param>
    [SetsRequiredMembers]
    public DeadLetterPosition(DateTimeOffset endedAt, Guid id) => (EndedAt, Id) = (endedAt, id);

    /// <summary>Gets the time at which the delivery ended, as the store returned it.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid Id { get; init; }

    /// <summary>Creates the position of a dead letter that a store returned.</summary>
    /// <param name="record">The dead letter.</param>
    public static DeadLetterPosition Create(DeliveryRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var endedAt = record.EndedAt ?? throw new ArgumentException("The delivery has not ended.", nameof(record));
        return new DeadLetterPosition(endedAt, record.Delivery.Id);
    }
}
