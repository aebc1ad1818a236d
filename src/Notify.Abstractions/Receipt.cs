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

    /// <summary>Gets the vendor's code or description of the event; never an address or content.</summary>
    public string? Detail { get; init; }
}

/// <summary>The kind of event that a receipt reports.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReceiptKind>))]
public enum ReceiptKind
{
    /// <summary>The message reached the device or mailbox.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>The message was returned.</summary>
    [JsonStringEnumMemberName("bounced")]
    Bounced,

    /// <summary>The message was opened.</summary>
    [JsonStringEnumMemberName("opened")]
    Opened,

    /// <summary>A link in the message was followed.</summary>
    [JsonStringEnumMemberName("clicked")]
    Clicked,
}
