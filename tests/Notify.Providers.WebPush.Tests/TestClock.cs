namespace Notify.Providers.WebPush.Tests;

/// <summary>
/// A clock that advances only on demand, so that times can be compared exactly. Timers still use the real time.
/// </summary>
internal sealed class TestClock : TimeProvider
{
    private long _ticks = Start.Ticks;

    public static DateTimeOffset Start { get; } = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
