namespace Notify.Storage.Redis;

/// <summary>
/// This process's part of a rate while Redis is away: as much as of each process that was seen last. It starts with nothing saved
/// up.
/// </summary>
internal sealed class RateShare(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _processes = 1;
    private int _owed;
    private double _permits;
    private long? _refilledAt;

    /// <summary>What was taken alone and is not in the shared count yet.</summary>
    public int Owed
    {
        get
        {
            lock (_lock)
                return _owed;
        }
    }

    /// <summary>Ends being alone: the shared count answered.</summary>
    /// <param name="processes">How many processes share the rate.</param>
    /// <param name="paid">What it was told of <see cref="Owed"/>.</param>
    public void Join(int processes, int paid)
    {
        lock (_lock)
        {
            _processes = Math.Max(1, processes);
            _owed = Math.Max(0, _owed - paid);
            _refilledAt = null;
        }
    }

    public int TakeAlone(double perSecond, int wanted)
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
            return taken;
        }
    }
}
