using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Deliveries;

/// <summary>
/// Renews the leases of attempts that take long. An attempt may outlast its lease, because it waits for a connection or a mail
/// server takes minutes to answer. Without a renewal another worker would repeat it.
/// </summary>
internal sealed class LeaseKeeper(
    IDeliveryQueue queue,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<LeaseKeeper> logger
)
{
    private readonly TimeSpan _duration = options.Value.LeaseDuration;

    /// <summary>
    /// Creates the timer for <see cref="RunAsync"/>. It ticks eight times per lease and a lease is renewed in its second half, so
    /// a renewal that fails is repeated before the lease ends.
    /// </summary>
    public PeriodicTimer CreateTimer() => new(_duration / 8, time);

    /// <summary>Renews leases until cancelled, or until the timer is disposed.</summary>
    /// <param name="timer">The timer from <see cref="CreateTimer"/>.</param>
    /// <param name="getInFlight">Gets the deliveries whose attempts are in flight.</param>
    /// <param name="cancellationToken">Ends the renewals.</param>
    public async Task RunAsync(PeriodicTimer timer, Func<IEnumerable<InFlight>> getInFlight, CancellationToken cancellationToken)
    {
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await RenewAsync(getInFlight(), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Log.RenewFailed(logger, exception);
            }
        }
    }

    private async ValueTask RenewAsync(IEnumerable<InFlight> attempts, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var halfTime = now + (_duration / 2);
        (InFlight InFlight, Lease Lease)[] ending =
        [
            .. attempts.Select(attempt => (attempt, attempt.Lease)).Where(held => held.Lease.Until <= halfTime),
        ];
        if (ending.Length == 0)
            return;

        var until = now + _duration;
        DeliveryReference[] references =
        [
            .. ending.Select(held => new DeliveryReference(held.Lease.Delivery.Id, held.Lease.Fence)),
        ];
        var renewed = await queue.RenewAsync(new RenewRequest(until, references), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < ending.Length; i++)
        {
            if (renewed[i])
                ending[i].InFlight.Extend(ending[i].Lease, until);
        }
    }
}
