namespace Notify;

/// <summary>The exact result of cancelling a notification.</summary>
public sealed record Cancellation
{
    /// <summary>
    /// Gets the deliveries that were stopped. None of them has an attempt in progress, and none will be attempted again.
    /// </summary>
    public required IReadOnlyList<Guid> Stopped { get; init; }

    /// <summary>Gets the number of deliveries with an attempt in progress. They continue.</summary>
    public required long UnderWay { get; init; }

    /// <summary>Gets the number of deliveries and collected events that had already ended.</summary>
    public required long Ended { get; init; }

    /// <summary>Gets the number of events that were removed from open digests. They will not appear in any summary.</summary>
    public required long Collected { get; init; }
}
