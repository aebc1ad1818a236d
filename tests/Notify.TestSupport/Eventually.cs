using System.Diagnostics;

namespace Notify.TestSupport;

/// <summary>Waits until a condition is true, instead of for a fixed time.</summary>
public static class Eventually
{
    // On a busy machine, a host takes half a minute to start, and the lease of a process that was killed ends after two minutes.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Calls <paramref name="ask"/> until it returns an object. If that takes too long, the test fails with a message that says
    /// what it waited for.
    /// </summary>
    public static async Task<T> FindAsync<T>(Func<Task<T?>> ask, string what)
        where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(started) > Timeout)
                throw new TimeoutException($"Waited {Timeout.TotalSeconds:0} s for {what}.");
            await Task.Delay(10);
        }
    }

    public static Task TrueAsync(Func<Task<bool>> ask, string what) => FindAsync(async () => await ask() ? "" : null, what);

    public static Task TrueAsync(Func<bool> ask, string what) => TrueAsync(() => Task.FromResult(ask()), what);
}
