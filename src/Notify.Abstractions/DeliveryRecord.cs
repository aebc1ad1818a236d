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

    /// <summary>The delivery was sent: the vendor accepted it.</summary>
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
public sealed record DeliveryRecord
{
    /// <summary>Gets the delivery.</summary>
    public required Delivery Delivery { get; init; }

    /// <summary>Gets the state of the delivery.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>
    /// Gets the time at which the delivery is next due; while an attempt is in progress, the end of its lease. Null in a terminal
    /// state.
    /// </summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Gets the time at which the delivery ended; null while it is pending.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>
    /// Gets the reason why the delivery ended or is waiting, in the words of the vendor or of Notify; null if there is no reason
    /// to report.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>Gets all attempts, oldest first.</summary>
    public required IReadOnlyList<Attempt> Attempts { get; init; }

    /// <summary>Gets the receipts from the vendor or the app, oldest first.</summary>
    public required IReadOnlyList<Receipt> Receipts { get; init; }

    /// <summary>Gets whether a process currently holds a lease on the delivery.</summary>
    public bool IsInFlight { get; init; }
}
