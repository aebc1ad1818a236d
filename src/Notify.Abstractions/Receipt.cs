using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>A report from the vendor or the notified app about a delivery that was sent earlier.</summary>
public sealed record Receipt
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Receipt() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="deliveryId">The ID of the delivery.</param>
    /// <param name="kind">The kind of event.</param>
    /// <param name="at">The time of the event.</param>
    [SetsRequiredMembers]
    public Receipt(Guid deliveryId, ReceiptKind kind, DateTimeOffset at)
    {
        DeliveryId = deliveryId;
        Kind = kind;
        At = at;
    }

    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>Gets the kind of event.</summary>
    public required ReceiptKind Kind { get; init; }

    /// <summary>Gets the time of the event.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Gets whether the vendor reports that the recipient opted out of the channel, such as by replying STOP, by a complaint
    /// about spam, or by unsubscribing at the vendor. The opt-out is recorded as by <see cref="IRecipients.RecordOptOutAsync"/>.
    /// It is not stored with the receipt.
    /// </summary>
    [JsonIgnore]
    public bool IsOptOut { get; init; }

    /// <summary>Gets the vendor's code or description of the event; never an address or content.</summary>
    public string? Detail { get; init; }

    /// <summary>
    /// Gets the id by which the reporter knows the event, so that an event that is reported again is stored once. 1 to 128
    /// printable ASCII characters; null if the reporter has none, in which case receipts that are equal count as the same event.
    /// </summary>
    public string? EventId { get; init; }

    /// <summary>
    /// Determines whether this receipt reports the same event as an earlier one. A store does not add such a receipt.
    /// </summary>
    /// <param name="earlier">The earlier receipt.</param>
    public bool Repeats(Receipt earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return EventId is null
            ? this with { IsOptOut = false } == earlier with { IsOptOut = false }
            : EventId == earlier.EventId && DeliveryId == earlier.DeliveryId;
    }
}
