namespace Notify.Providers;

/// <summary>
/// The time limit of one attempt. The timer starts with <see cref="NotificationsOptions.AttemptTimeout"/>, and cancels the
/// attempt's token when it expires.
/// </summary>
public sealed class AttemptTimer
{
    private readonly TimeSpan _timeout;
    private readonly TimeProvider? _time;
    private readonly IAttemptLease? _lease;
    private CancellationTokenSource? _ending;

    internal AttemptTimer(TimeSpan timeout, TimeProvider? time, IAttemptLease? lease = null)
    {
        (_timeout, _time, _lease) = (timeout, time, lease);
        Limit = timeout;
    }

    /// <summary>Gets a timer that never expires, for calls outside the engine.</summary>
    public static AttemptTimer None { get; } = new(Timeout.InfiniteTimeSpan, null);

    /// <summary>Gets the time limit that is currently in effect; infinite while the attempt is waiting.</summary>
    public TimeSpan Limit { get; private set; }

    /// <summary>
    /// Gets the time at which the provider began to work on the attempt; null if the attempt did not wait first.
    /// </summary>
    internal DateTimeOffset? BeganAt { get; private set; }

    /// <summary>Gets whether the attempt was cancelled because its lease had ended before it began.</summary>
    internal bool IsTooLate { get; private set; }

    /// <summary>
    /// Stops the timer while the attempt waits for a resource that the provider's deliveries share, such as a pooled connection.
    /// </summary>
    public void Wait() => Set(Timeout.InfiniteTimeSpan);

    /// <summary>
    /// Restarts the timer with the full <see cref="NotificationsOptions.AttemptTimeout"/>. The preceding wait does not count. If
    /// the lease of the delivery has ended during the wait, another process may send it. Then the attempt's token is cancelled:
    /// pass it to the next call, or check it, before anything is sent.
    /// </summary>
    public void Begin()
    {
        var now = _time?.GetUtcNow();
        if (_lease?.Until <= now)
        {
            IsTooLate = true;
            if (_ending is { IsCancellationRequested: false } ending)
                ending.Cancel();
            return;
        }

        Set(_timeout);
        BeganAt = now;
    }

    /// <summary>
    /// Restarts the timer with the specified limit, regardless of the time that was left. Use it for a protocol that prescribes a
    /// longer wait for its final reply.
    /// </summary>
    /// <param name="limit">The time limit from now.</param>
    public void Allow(TimeSpan limit) => Set(limit);

    internal void Use(CancellationTokenSource ending) => _ending = ending;

    private void Set(TimeSpan limit)
    {
        // The engine disposes the source only after it has been cancelled or the attempt has ended.
        if (_ending is not { IsCancellationRequested: false } ending)
            return;
        Limit = limit;
        ending.CancelAfter(limit);
    }
}
