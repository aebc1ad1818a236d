namespace Notify;

/// <summary>The exact result of cancelling a notification, or of all notifications of a target.</summary>
public sealed record Cancellation
{
    /// <summary>
    /// Gets the number of deliveries that were cancelled. None of them has an attempt in flight, and none will be attempted
    /// again.
    /// </summary>
    public required long Cancelled { get; init; }

    /// <summary>Gets the number of deliveries with an attempt in flight. They continue.</summary>
    public required long InFlight { get; init; }

    /// <summary>Gets the number of deliveries and collected events that had already ended.</summary>
    public required long Ended { get; init; }

    /// <summary>Gets the number of events that were removed from open digests. They will not appear in any summary.</summary>
    public required long Collected { get; init; }

    /// <summary>Gets the number of notifications that were found. Default: 1.</summary>
    public long Notifications { get; init; } = 1;

    /// <summary>Gets the IDs of the cancelled deliveries, in no particular order.</summary>
    public IReadOnlyList<Guid> CancelledIds { get; init; } = [];
}
