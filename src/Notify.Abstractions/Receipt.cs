using System.Text.Json.Serialization;

namespace Notify;

/// <summary>A report from the vendor or the notified app about a delivery that was sent earlier.</summary>
/// <param name="DeliveryId">The ID of the delivery.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="At">The time of the event.</param>
/// <param name="Detail">The vendor's code or description of the event; never an address or content.</param>
public sealed record Receipt(Guid DeliveryId, ReceiptKind Kind, DateTimeOffset At, string? Detail = null);

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
