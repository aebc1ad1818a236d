using Microsoft.Extensions.Logging;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>Gives back permits whose messages were not stored, so that a repeated trigger is not throttled by itself.</summary>
internal sealed class UnusedPermits(IThrottleStore throttles, ILogger<UnusedPermits> logger)
{
    /// <summary>
    /// Gives permits back. A failure is logged and not thrown, because the trigger's own result matters more to its caller, and
    /// cannot be cancelled, because the permit would otherwise stay taken when a caller disconnects.
    /// </summary>
    /// <param name="permits">The permits that were taken; null for none.</param>
    public ValueTask GiveBackAsync(ThrottleRequest? permits) => GiveBackUnlessAsync(permits, () => new(false));

    /// <summary>
    /// Gives permits back after a failed write, unless the write happened although its answer was lost: its messages are sent,
    /// and must count.
    /// </summary>
    /// <param name="permits">The permits that were taken; null for none.</param>
    /// <param name="isStored">Reads whether the write happened.</param>
    public async ValueTask GiveBackUnlessAsync(ThrottleRequest? permits, Func<ValueTask<bool>> isStored)
    {
        if (permits is null)
            return;

        try
        {
            if (!await isStored().ConfigureAwait(false))
                await throttles.GiveBackAsync(permits, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.PermitsKept(logger, exception, permits.Recipients.Count);
        }
    }
}
