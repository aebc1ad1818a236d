namespace Notify;

/// <summary>The exact result of cancelling a notification.</summary>
/// <param name="Stopped">
/// The deliveries that were stopped. None of them has an attempt in progress, and none will be attempted again.
/// </param>
/// <param name="UnderWay">The number of deliveries with an attempt in progress. They continue.</param>
/// <param name="Ended">The number of deliveries and collected events that had already ended.</param>
/// <param name="Collected">The number of events that were removed from open digests. They will not appear in any summary.</param>
public sealed record Cancellation(IReadOnlyList<Guid> Stopped, long UnderWay, long Ended, long Collected);
