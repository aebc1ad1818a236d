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
    /// Gets whether the vendor reports that the recipient opted out of the channel, such as by replying STOP. The opt-out is
    /// recorded as by <see cref="IRecipients.RecordOptOutAsync"/>. It is not stored with the receipt.
    /// </summary>
    [JsonIgnore]
    public bool IsOptOut { get; init; }

    /// <summary>Gets the vendor's code or description of the event; never an address or content.</summary>
    public string? Detail { get; init; }
}
