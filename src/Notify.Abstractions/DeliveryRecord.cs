using System.Text.Json.Serialization;
using Notify.Providers;

namespace Notify;

/// <summary>The state of a delivery. Every state except <see cref="Pending"/> is terminal.</summary>
[JsonConverter(typeof(DeliveryStateJsonConverter))]
public enum DeliveryState
{
    /// <summary>A state that this version of Notify does not know. A newer version wrote it.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown = -1,

    /// <summary>The delivery is waiting, or an attempt is in progress.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending = 0,

    /// <summary>The delivery was sent: the vendor took it over.</summary>
    [JsonStringEnumMemberName("sent")]
    Sent = 1,

    /// <summary>The delivery ended without being sent. It can be replayed.</summary>
    [JsonStringEnumMemberName("deadLetter")]
    DeadLetter = 2,

    /// <summary>The delivery was stopped before it was sent.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 3,
}

/// <summary>A delivery with its state and history, as read from a store.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="State">The state of the delivery.</param>
/// <param name="DueAt">
/// The time at which the delivery is next due; while an attempt is in progress, the end of its lease. Null in a terminal state.
/// </param>
/// <param name="Reason">
/// Why the delivery ended or is waiting, in the words of the vendor or of Notify; null if there is no reason to report.
/// </param>
/// <param name="Attempts">All attempts, oldest first.</param>
/// <param name="Receipts">The receipts from the vendor or the app, oldest first.</param>
/// <param name="IsInFlight">Whether a process currently holds a lease on the delivery.</param>
public sealed record DeliveryRecord(
    Delivery Delivery,
    DeliveryState State,
    DateTimeOffset? DueAt,
    string? Reason,
    IReadOnlyList<Attempt> Attempts,
    IReadOnlyList<Receipt> Receipts,
    bool IsInFlight = false
);
