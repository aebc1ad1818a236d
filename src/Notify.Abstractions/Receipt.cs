using System.Text.Json.Serialization;

namespace Notify;

/// <summary>What the vendor, or the app that was notified, said after a delivery was accepted.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="Kind">What happened.</param>
/// <param name="At">When.</param>
/// <param name="Detail">The vendor's code or word for it; never an address or content.</param>
public sealed record Receipt(Guid DeliveryId, ReceiptKind Kind, DateTimeOffset At, string? Detail = null);

/// <summary>What a receipt says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReceiptKind>))]
public enum ReceiptKind
{
    /// <summary>It is on the device or in the mailbox.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>It came back.</summary>
    [JsonStringEnumMemberName("bounced")]
    Bounced,

    /// <summary>It was opened.</summary>
    [JsonStringEnumMemberName("opened")]
    Opened,

    /// <summary>A link in it was followed.</summary>
    [JsonStringEnumMemberName("clicked")]
    Clicked,
}
