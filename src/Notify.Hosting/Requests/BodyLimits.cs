namespace Notify.Hosting.Requests;

/// <summary>What an endpoint accepts of a request's body before it knows who sends it. Metadata of the endpoint.</summary>
/// <param name="MaxBytes">The largest body.</param>
/// <param name="Timeout">How long the whole body may take to arrive.</param>
/// <param name="MaxConcurrent">How many requests may be read and handled at a time.</param>
internal sealed record BodyLimits(long MaxBytes, TimeSpan Timeout, int MaxConcurrent)
{
    private int _entered;

    /// <summary>
    /// The limits of callbacks, which anybody may send: a vendor's receipts are a few kilobytes, and there are few at a time.
    /// </summary>
    public static BodyLimits ForCallbacks(NotificationsApiOptions options) =>
        new(
            Math.Min(options.MaxBodyBytes, 65_536),
            TimeSpan.FromTicks(Math.Min(options.BodyTimeout.Ticks, 10 * TimeSpan.TicksPerSecond)),
            Math.Min(options.MaxConcurrentRequests, 64)
        );

    /// <summary>Takes a place for a request; false when all are taken.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _entered) <= MaxConcurrent)
            return true;

        Exit();
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Exit() => Interlocked.Decrement(ref _entered);
}
