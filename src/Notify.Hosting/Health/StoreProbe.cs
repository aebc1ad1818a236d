using Notify.Queueing;

namespace Notify.Hosting.Health;

/// <summary>Asks the store for its depth, and does not wait for long.</summary>
internal static class StoreProbe
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    /// <summary>What is pending; null when the store fails or does not answer in time.</summary>
    public static async ValueTask<IReadOnlyList<QueueDepth>?> TryGetDepthsAsync(
        IDeliveryQueue queue,
        TimeProvider time,
        CancellationToken aborted
    )
    {
        using var timeout = new CancellationTokenSource(StoreTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            // A store that is stuck may not listen to its token.
            return await queue.GetDepthAsync(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!aborted.IsCancellationRequested)
        {
            return null;
        }
    }
}
