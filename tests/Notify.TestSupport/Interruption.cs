namespace Notify.TestSupport;

/// <summary>Cancels some of many calls, for tests that nothing is left behind.</summary>
public static class Interruption
{
    /// <summary>Runs a call, and cancels every 50th at a varying moment.</summary>
    /// <param name="number">The number of the call.</param>
    /// <param name="call">The call.</param>
    /// <returns>The result; null if the call was cancelled.</returns>
    public static async Task<T?> RunAsync<T>(int number, Func<CancellationToken, ValueTask<T>> call)
        where T : class
    {
        using var cancelled = new CancellationTokenSource();
        var running = call(cancelled.Token).AsTask();
        if (number % 50 == 0)
        {
            for (var i = 0; i < number % 7; i++)
                await Task.Yield();
            await cancelled.CancelAsync();
        }

        try
        {
            return await running;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return null;
        }
    }
}
