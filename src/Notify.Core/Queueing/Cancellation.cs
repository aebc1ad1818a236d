namespace Notify.Queueing;

/// <summary>Exactly what a cancellation came to.</summary>
/// <param name="Stopped">The deliveries that it stopped: no attempt for them is under way and none will be made.</param>
/// <param name="UnderWay">Deliveries whose attempt was under way; they go on.</param>
/// <param name="Ended">Deliveries that had ended before.</param>
public sealed record Cancellation(IReadOnlyList<Guid> Stopped, long UnderWay, long Ended);
