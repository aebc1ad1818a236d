namespace Notify.TestSupport;

/// <summary>
/// A clock that a test controls. <see cref="Advance"/> moves both the wall clock and the timestamps forward, and fires the timers
/// that become due, in order, on the calling thread. <see cref="SetUtcNow"/> only sets the wall clock, as an administrator
/// might; it does not affect timers or timestamps.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly SortedSet<ManualTimer> _waiting = new(
        Comparer<ManualTimer>.Create((a, b) => (a.DueAt, a.Order).CompareTo((b.DueAt, b.Order)))
    );

    private DateTimeOffset _bootedAt;
    private TimeSpan _uptime;
    private long _timersCreated;
    private long _timersFired;

    /// <summary>Starts at noon UTC on a Monday in winter.</summary>
    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero)) { }

    public ManualTime(DateTimeOffset now) => _bootedAt = now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The number of timers that were created.</summary>
    public long TimersCreated => Interlocked.Read(ref _timersCreated);

    /// <summary>How often timers have fired, which is how often a process would have been woken.</summary>
    public long TimersFired => Interlocked.Read(ref _timersFired);

    /// <summary>The number of timers that are waiting to fire.</summary>
    public int TimersWaiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Returns whether a timer fires after exactly this time.</summary>
    public bool HasTimerDueIn(TimeSpan span)
    {
        lock (_lock)
            return _waiting.Any(timer => timer.DueAt == _uptime + span);
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _bootedAt + _uptime;
    }

    public override long GetTimestamp()
    {
        lock (_lock)
            return _uptime.Ticks;
    }

    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_lock)
            _bootedAt = now - _uptime;
    }

    /// <summary>
    /// Sets the wall clock ahead alone, for what is compared with a date. Months that are advanced cost a minute of computing,
    /// because an engine that polls lives through every second of them.
    /// </summary>
    public void Jump(TimeSpan by) => SetUtcNow(GetUtcNow() + by);

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan until;
        lock (_lock)
            until = _uptime + by;
        while (TakeNext(until) is { } timer)
        {
            Interlocked.Increment(ref _timersFired);
            timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state, Interlocked.Increment(ref _timersCreated));
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeNext(TimeSpan until)
    {
        lock (_lock)
        {
            if (_waiting.Min is not { } timer || timer.DueAt > until)
            {
                _uptime = until > _uptime ? until : _uptime;
                return null;
            }

            _uptime = timer.DueAt > _uptime ? timer.DueAt : _uptime;
            _waiting.Remove(timer);
            if (timer.Period > TimeSpan.Zero)
                Wait(timer, timer.Period);
            return timer;
        }
    }

    private void Wait(ManualTimer timer, TimeSpan dueTime)
    {
        timer.DueAt = _uptime + dueTime;
        _waiting.Add(timer);
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state, long order) : ITimer
    {
        private bool _disposed;

        public long Order { get; } = order;

        public TimeSpan DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                if (_disposed)
                    return false;

                time._waiting.Remove(this);
                Period = period;
                if (dueTime > TimeSpan.Zero)
                    time.Wait(this, dueTime);
            }

            if (dueTime == TimeSpan.Zero)
                Fire();
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._waiting.Remove(this);
                _disposed = true;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
