namespace Notify.Simulation.Tests;

/// <summary>The values that something has had, and from when on.</summary>
internal sealed class History<T>
{
    private readonly List<(long Step, DateTimeOffset At, T Value)> _values = [];

    /// <summary>Gets the latest value.</summary>
    public T Current => _values[^1].Value;

    public void Add(long step, DateTimeOffset at, T value) => _values.Add((step, at, value));

    /// <summary>Returns every value that was in force at or after a moment.</summary>
    public IEnumerable<T> InForceSince(Moment moment) =>
        _values
            .Where((_, i) => i == _values.Count - 1 || !moment.IsAfter(_values[i + 1].Step, _values[i + 1].At))
            .Select(entry => entry.Value);
}

/// <summary>A moment of the run, by the step of the trace where that is known, or by the time.</summary>
internal readonly record struct Moment(long? Step, DateTimeOffset At)
{
    /// <summary>Determines whether something certainly happened before this moment.</summary>
    public bool IsAfter(long step, DateTimeOffset at) => Step is { } own ? step < own : at < At;
}
