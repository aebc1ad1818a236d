namespace Notify.Storage.Redis;

/// <summary>This process's part of a rate while Redis is away: as much as of each process that was seen last. It starts with nothing saved up.</summary>
internal sealed class RateShare(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _processes = 1;
    private double _permits;
    private long? _refilledAt;

    /// <summary>How many processes share the rate. Redis knows, so setting it ends being alone.</summary>
    public int Processes
    {
        set
        {
            lock (_lock)
            {
                _processes = Math.Max(1, value);
                _refilledAt = null;
            }
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
            return taken;
        }
    }
}
