using System.Text.Json.Serialization;
using Notify.Providers;

namespace Notify;

/// <summary>Where a delivery stands. All but <see cref="Pending"/> are terminal.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>It waits, or an attempt is under way.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending = 0,

    /// <summary>A provider's vendor accepted it.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted = 1,

    /// <summary>It ended without acceptance; it can be replayed.</summary>
    [JsonStringEnumMemberName("deadLetter")]
    DeadLetter = 2,

    /// <summary>It was stopped before an attempt could be accepted.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 3,
}

/// <summary>A delivery as a store shows it.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="State">Where it stands.</param>
/// <param name="DueAt">
/// When it falls due next, which is when its lease ends while an attempt is under way; null when terminal.
/// </param>
/// <param name="Reason">Why it ended or waits, in the vendor's or Notify's words; null when there is nothing to say.</param>
/// <param name="Attempts">Every attempt, oldest first.</param>
/// <param name="Receipts">What the vendor or the app said later, oldest first.</param>
/// <param name="IsUnderWay">Whether a process holds its lease.</param>
public sealed record DeliveryRecord(
    Delivery Delivery,
    DeliveryState State,
    DateTimeOffset? DueAt,
    string? Reason,
    IReadOnlyList<Attempt> Attempts,
    IReadOnlyList<Receipt> Receipts,
    bool IsUnderWay = false
);
