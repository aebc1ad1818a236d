namespace Notify.Providers;

/// <summary>
/// The time limit of one attempt. It runs from the start with <see cref="NotificationsOptions.AttemptTimeout"/>, and cancels the
/// attempt's token at its end.
/// </summary>
public sealed class AttemptTimer
{
    private readonly TimeSpan _timeout;
    private readonly TimeProvider? _time;
    private CancellationTokenSource? _ending;

    internal AttemptTimer(TimeSpan timeout, TimeProvider? time)
    {
        (_timeout, _time) = (timeout, time);
        Limit = timeout;
    }

    /// <summary>Gets a timer that never cancels anything, for a call outside the engine.</summary>
    public static AttemptTimer None { get; } = new(Timeout.InfiniteTimeSpan, null);

    /// <summary>Gets the limit that counts now; infinite while the attempt waits.</summary>
    public TimeSpan Limit { get; private set; }

    /// <summary>Gets the time when the provider began to work on the attempt; null when it did not wait before.</summary>
    internal DateTimeOffset? BeganAt { get; private set; }

    /// <summary>
    /// Stops the timer while the attempt waits for something that the provider's own deliveries share, such as a pooled
    /// connection.
    /// </summary>
    public void Wait() => Set(Timeout.InfiniteTimeSpan);

    /// <summary>
    /// Starts the attempt now, with the whole <see cref="NotificationsOptions.AttemptTimeout"/>. The wait before does not count.
    /// </summary>
    public void Begin()
    {
        Set(_timeout);
        BeganAt = _time?.GetUtcNow();
    }

    /// <summary>
    /// Gives the attempt this much time from now, whatever was left of its limit: for a protocol that prescribes a longer wait
    /// for its last answer.
    /// </summary>
    /// <param name="limit">The time from now.</param>
    public void Allow(TimeSpan limit) => Set(limit);

    internal void Use(CancellationTokenSource ending) => _ending = ending;

    private void Set(TimeSpan limit)
    {
        // The engine disposes of the source only after it was cancelled or the attempt has ended.
        if (_ending is not { IsCancellationRequested: false } ending)
            return;
        Limit = limit;
        ending.CancelAfter(limit);
    }
}
