namespace Notify.Core.Queue;

/// <summary>
/// One timer for the loops of a process. Intervals begin at multiples of their length, so those that fall together wake the
/// process once, and not each at its own time: waking up costs an idle process more than what it then finds to do.
/// </summary>
internal sealed class IntervalTimer(TimeProvider time) : IDisposable
{
    /// <summary>
    /// How much earlier than due an interval may end. Timers can fire a few milliseconds early, and would be set again for the
    /// rest.
    /// </summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly List<Interval> _intervals = [];
    private readonly long _startedAt = time.GetTimestamp();
    private ITimer? _timer;
    private TimeSpan _setFor = TimeSpan.MaxValue;

    /// <summary>Calls back once per interval until the result is disposed. The first interval may be shorter.</summary>
    /// <param name="interval">The length, at least 10 ms.</param>
    /// <param name="callback">Starts the work; must return at once and not throw.</param>
    public IDisposable Repeat(TimeSpan interval, Action callback)
    {
        lock (_lock)
        {
            var added = new Interval(this, interval, callback) { DueAt = GetNext(interval) };
            _intervals.Add(added);
            _timer ??= time.CreateTimer(
                static timer => ((IntervalTimer)timer!).Fire(),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
            if (added.DueAt < _setFor)
                Set();
            return added;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _intervals.Clear();
            _timer?.Dispose();
        }
    }

    private void Fire()
    {
        List<Action> callbacks;
        lock (_lock)
        {
            var until = time.GetElapsedTime(_startedAt) + Tolerance;
            callbacks = new(_intervals.Count);
            foreach (var interval in _intervals)
            {
                if (interval.DueAt > until)
                    continue;
                interval.DueAt = GetNext(interval.Length);
                callbacks.Add(interval.Callback);
            }

            Set();
        }

        foreach (var callback in callbacks)
            callback();
    }

    private TimeSpan GetNext(TimeSpan interval) =>
        new(((time.GetElapsedTime(_startedAt) + Tolerance).Ticks / interval.Ticks + 1) * interval.Ticks);

    // Without intervals it is not set again. One that ended meanwhile costs one callback that finds nothing due.
    private void Set()
    {
        _setFor = TimeSpan.MaxValue;
        foreach (var interval in _intervals)
            _setFor = interval.DueAt < _setFor ? interval.DueAt : _setFor;
        if (_intervals.Count > 0)
            _timer!.Change(ToWholeMilliseconds(_setFor - time.GetElapsedTime(_startedAt)), Timeout.InfiniteTimeSpan);
    }

    // Timers ignore fractions, and would fire too early.
    private static TimeSpan ToWholeMilliseconds(TimeSpan wait) =>
        TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));

    private void Remove(Interval interval)
    {
        lock (_lock)
            _intervals.Remove(interval);
    }

    private sealed class Interval(IntervalTimer timer, TimeSpan length, Action callback) : IDisposable
    {
        public TimeSpan Length => length;

        public Action Callback => callback;

        public TimeSpan DueAt { get; set; }

        public void Dispose() => timer.Remove(this);
    }
}
