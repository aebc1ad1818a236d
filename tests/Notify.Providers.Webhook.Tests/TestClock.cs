namespace Notify.Providers.Webhook.Tests;

/// <summary>
/// A clock that moves only when told to, so that times can be compared exactly. Timers run on; measured time runs on and moves
/// too.
/// </summary>
internal sealed class TestClock : TimeProvider
{
    private long _ticks = Start.Ticks;

    public static DateTimeOffset Start { get; } = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks) - Start.Ticks + System.GetElapsedTime(0).Ticks;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
