using Notify.Queueing;
using Notify.Storage;

namespace Notify.Hosting.Health;

/// <summary>Asks whether the store can be read and written, and does not wait for long.</summary>
internal static class StoreProbe
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Whether the store answers in time, and takes writes where it can tell.</summary>
    public static async ValueTask<bool> IsReadyAsync(
        IDeliveryQueue queue,
        IStoreHealth? health,
        TimeProvider time,
        CancellationToken aborted
    )
    {
        using var timeout = new CancellationTokenSource(StoreTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            // A store that is stuck may not listen to its token.
            await AskAsync(queue, health, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception) when (!aborted.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async ValueTask AskAsync(IDeliveryQueue queue, IStoreHealth? health, CancellationToken cancellationToken)
    {
        await queue.GetDepthAsync(cancellationToken).ConfigureAwait(false);
        if (health is not null)
            await health.CheckAsync(cancellationToken).ConfigureAwait(false);
    }
}
