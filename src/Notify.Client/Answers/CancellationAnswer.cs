namespace Notify.Client.Answers;

/// <summary>The answer to a cancellation.</summary>
internal sealed record CancellationAnswer(long Cancelled, long InFlight, long Ended, long Collected)
{
    public long? Notifications { get; init; }

    public IReadOnlyList<Guid>? CancelledIds { get; init; }

    public Cancellation CreateCancellation() =>
        new()
        {
            Cancelled = Cancelled,
            InFlight = InFlight,
            Ended = Ended,
            Collected = Collected,
            Notifications = Notifications ?? 1,
            CancelledIds = CancelledIds ?? [],
        };
}
