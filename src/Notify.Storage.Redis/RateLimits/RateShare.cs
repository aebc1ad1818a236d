namespace Notify.Storage.Redis.RateLimits;

/// <summary>
/// The share of this process in a rate limit while Redis is unavailable. Every process that was counted last has the same share.
/// It starts without permits.
/// </summary>
internal sealed class RateShare(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _processes = 1;
    private int _owed;
    private double _permits;
    private long? _refilledAt;

    /// <summary>Gets the number of permits that were taken without Redis and that it does not know about yet.</summary>
    public int Owed
    {
        get
        {
            lock (_lock)
                return _owed;
        }
    }

    /// <summary>Returns to the shared count, because Redis has answered.</summary>
    /// <param name="processes">The number of processes that share the rate.</param>
    /// <param name="paid">The part of <see cref="Owed"/> that was reported to Redis.</param>
    public void Join(int processes, int paid)
    {
        lock (_lock)
        {
            _processes = Math.Max(1, processes);
            _owed = Math.Max(0, _owed - paid);
            _refilledAt = null;
        }
    }

    /// <summary>Takes permits from the share of this process.</summary>
    public TakenPermits TakeAlone(double perSecond, int wanted)
    {
        lock (_lock)
        {
            var rate = perSecond / _processes;
            var now = time.GetTimestamp();
            if (_refilledAt is { } before)
                _permits = Math.Min(Math.Max(1, rate), _permits + (rate * time.GetElapsedTime(before, now).TotalSeconds));
            else
                _permits = 0;
            _refilledAt = now;
            var taken = Math.Min(wanted, (int)_permits);
            _permits -= taken;
            _owed += taken;
            return new TakenPermits(taken, (int)_permits);
        }
    }
}
