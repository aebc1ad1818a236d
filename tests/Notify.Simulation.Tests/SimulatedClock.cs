namespace Notify.Simulation.Tests;

/// <summary>The clock of a world. Only the world moves it and fires its timers, one at a time.</summary>
internal sealed class SimulatedClock
{
    private readonly SortedDictionary<(DateTimeOffset Due, long Number), ProcessClock.Timer> _timers = [];
    private long _numbers;

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset NextTimer => _timers.Count == 0 ? DateTimeOffset.MaxValue : _timers.First().Key.Due;

    public void MoveTo(DateTimeOffset time)
    {
        if (time > Now)
            Now = time;
    }

    /// <summary>Fires the first timer, if it is due.</summary>
    public void FireNext()
    {
        if (NextTimer > Now)
            return;

        var (key, timer) = _timers.First();
        _timers.Remove(key);
        timer.Fire();
    }

    public (DateTimeOffset Due, long Number) Set(ProcessClock.Timer timer, DateTimeOffset due)
    {
        var key = (due, ++_numbers);
        _timers.Add(key, timer);
        return key;
    }

    /// <summary>Removes a timer. Unlike the other members, it may be called from another thread, when a process ends.</summary>
    public void Unset((DateTimeOffset Due, long Number) key)
    {
        lock (_timers)
            _timers.Remove(key);
    }

    public void Drop(ProcessClock clock)
    {
        foreach (var (key, timer) in _timers.Where(timer => timer.Value.Clock == clock).ToArray())
        {
            _timers.Remove(key);
            timer.Forget();
        }
    }
}

/// <summary>The clock as one process has it. Its timers end with the process.</summary>
internal sealed class ProcessClock(SimulatedClock clock) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => clock.Now;

    public override long GetTimestamp() => clock.Now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, clock, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    internal sealed class Timer(ProcessClock owner, SimulatedClock clock, Action callback) : ITimer
    {
        private (DateTimeOffset Due, long Number)? _set;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public ProcessClock Clock => owner;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Dispose();
            _period = period;
            if (dueTime >= TimeSpan.Zero)
                _set = clock.Set(this, clock.Now + dueTime);
            return true;
        }

        public void Fire()
        {
            _set = _period > TimeSpan.Zero ? clock.Set(this, clock.Now + _period) : null;
            callback();
        }

        /// <summary>Forgets the timer of a crashed process, so that a finalizer has nothing to do.</summary>
        public void Forget() => _set = null;

        public void Dispose()
        {
            if (_set is { } key)
                clock.Unset(key);
            _set = null;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
