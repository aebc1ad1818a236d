namespace Notify.Storage.MongoDb.Tests;

/// <summary>The system's time, but each wait takes a hundredth of it.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Haste = 100;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Haste : dueTime, period);
}
