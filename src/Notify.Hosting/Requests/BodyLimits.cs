namespace Notify.Hosting.Requests;

/// <summary>Endpoint metadata that limits the bodies of requests.</summary>
/// <param name="MaxBytes">The maximum size of a body in bytes.</param>
/// <param name="Timeout">The time within which the whole body must arrive.</param>
/// <param name="MaxConcurrent">The number of requests that may be handled concurrently.</param>
internal sealed record BodyLimits(long MaxBytes, TimeSpan Timeout, int MaxConcurrent)
{
    private int _entered;

    /// <summary>
    /// Creates the limits for callbacks. They are tight because anyone can send callbacks, and because vendors send only a few
    /// kilobytes at a time.
    /// </summary>
    public static BodyLimits CreateForCallbacks(NotificationsApiOptions options) =>
        new(
            Math.Min(options.MaxBodyBytes, 65_536),
            TimeSpan.FromTicks(Math.Min(options.BodyTimeout.Ticks, 10 * TimeSpan.TicksPerSecond)),
            Math.Min(options.MaxConcurrentRequests, 64)
        );

    /// <summary>Creates the limits for browsers, whose bodies are small.</summary>
    public static BodyLimits CreateForBrowsers(NotificationsApiOptions options) =>
        new(
            Math.Min(options.MaxBodyBytes, 65_536),
            TimeSpan.FromTicks(Math.Min(options.BodyTimeout.Ticks, 10 * TimeSpan.TicksPerSecond)),
            options.MaxConcurrentRequests
        );

    /// <summary>
    /// Begins the handling of a request. Returns false if too many are being handled; otherwise <see cref="Exit"/> must be called
    /// afterwards.
    /// </summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _entered) <= MaxConcurrent)
            return true;

        Exit();
        return false;
    }

    /// <summary>Ends the handling of a request.</summary>
    public void Exit() => Interlocked.Decrement(ref _entered);
}
