namespace Notify.Core.Events;

/// <summary>
/// The most recent events of one tenant, in the order in which they were published. An event has a number; watchers remember the
/// number that they read next. The feed calls every method under its lock.
/// </summary>
/// <param name="start">The position before the first event.</param>
internal sealed class RecentEvents(Guid start)
{
    private const int MinLength = 16;

    // A ring: the event with number n is at n modulo the length, which is a power of two.
    private Kept[] _ring = new Kept[MinLength];
    private Guid _beforeFirst = start;
    private long _first;
    private long _end;
    private TaskCompletionSource? _waiting;

    public int Watchers { get; set; }

    /// <summary>Gets or sets when the last watcher left.</summary>
    public DateTimeOffset LeftAt { get; set; }

    public int Count => (int)(_end - _first);

    /// <summary>Gets the size of the events, by an upper bound of what each takes in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gets when the oldest event was added. There must be one.</summary>
    public DateTimeOffset FirstAt => Get(_first).At;

    public void Add(NotifyEvent happened, int bytes, DateTimeOffset at)
    {
        if (Count == _ring.Length)
            Resize(_ring.Length * 2);
        Get(_end++) = new Kept(happened, bytes, at);
        Bytes += bytes;
        _waiting?.TrySetResult();
        _waiting = null;
    }

    public void RemoveFirst()
    {
        ref var removed = ref Get(_first++);
        Bytes -= removed.Bytes;
        _beforeFirst = removed.Event.Id;
        removed = default;
        if (Count == 0 && _ring.Length > MinLength)
            _ring = new Kept[MinLength];
    }

    /// <summary>Finds where a watch begins. Returns null if the position is unknown or too old.</summary>
    public (long Next, Guid Position)? Find(Guid? after)
    {
        if (after is not { } position)
            return (_end, Count == 0 ? _beforeFirst : Get(_end - 1).Event.Id);
        if (position == _beforeFirst)
            return (_first, position);
        for (var number = _end - 1; number >= _first; number--)
        {
            if (Get(number).Event.Id == position)
                return (number + 1, position);
        }

        return null;
    }

    /// <summary>Gets where a watch begins that has missed events: before the oldest one.</summary>
    public (long Next, Guid Position) FindFirst() => (_first, _beforeFirst);

    /// <summary>
    /// Reads events from a number on into an empty list, and returns how many events before them are gone. If there are none, the
    /// task ends when there are.
    /// </summary>
    public (long Missed, Guid Position, Task? More) Read(ref long next, List<NotifyEvent> events, int max)
    {
        var missed = Math.Max(0, _first - next);
        next += missed;
        while (next < _end && events.Count < max)
            events.Add(Get(next++).Event);
        var more = events.Count > 0 || missed > 0 ? null : WaitAsync();
        return (missed, _beforeFirst, more);
    }

    private Task WaitAsync() => (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private ref Kept Get(long number) => ref _ring[number & (_ring.Length - 1)];

    private void Resize(int length)
    {
        var ring = new Kept[length];
        for (var number = _first; number < _end; number++)
            ring[number & (length - 1)] = Get(number);
        _ring = ring;
    }

    private readonly record struct Kept(NotifyEvent Event, int Bytes, DateTimeOffset At);
}
