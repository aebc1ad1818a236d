namespace Notify;

/// <summary>The exact result of a cancellation.</summary>
/// <param name="Stopped">The deliveries that it stopped: no attempt for them is under way and none will be made.</param>
/// <param name="UnderWay">How many deliveries had an attempt under way; they go on.</param>
/// <param name="Ended">How many deliveries and collected events had ended before.</param>
/// <param name="Collected">How many events it took out of open digests. They will be in no summary.</param>
public sealed record Cancellation(IReadOnlyList<Guid> Stopped, long UnderWay, long Ended, long Collected);
