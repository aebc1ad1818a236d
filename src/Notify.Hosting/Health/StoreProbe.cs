using Notify.Storage;

namespace Notify.Hosting.Health;

/// <summary>Checks, with a short timeout, whether the store can be read and written.</summary>
internal static class StoreProbe
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Returns whether the store answers in time. Stores that implement <see cref="IStoreHealth"/> also check that they accept
    /// writes.
    /// </summary>
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
            // A store that hangs may ignore its cancellation token, so the wait itself is cancelled as well.
            await CheckAsync(queue, health, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception) when (!aborted.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async ValueTask CheckAsync(IDeliveryQueue queue, IStoreHealth? health, CancellationToken cancellationToken)
    {
        // Counting what waits would take longer the longer the backlog is, and would make a busy process look broken.
        await queue.ListProvidersAsync(cancellationToken).ConfigureAwait(false);
        if (health is not null)
            await health.CheckAsync(cancellationToken).ConfigureAwait(false);
    }
}
