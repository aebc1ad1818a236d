using System.Diagnostics;

namespace Notify.Testing;

/// <summary>Waits for a condition instead of for time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until the answer is there, and fails with what was waited for when it never comes.</summary>
    public static async Task<T> FindAsync<T>(Func<Task<T?>> ask, string what)
        where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s for {what}.");
            await Task.Delay(10);
        }
    }

    public static Task TrueAsync(Func<Task<bool>> ask, string what) => FindAsync(async () => await ask() ? "" : null, what);

    public static Task TrueAsync(Func<bool> ask, string what) => TrueAsync(() => Task.FromResult(ask()), what);
}
