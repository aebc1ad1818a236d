using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Core.Settlements;
using Notify.Core.Timing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Deliveries;

/// <summary>
/// Takes leased deliveries through their attempt and their settlement, and keeps track of those that are in flight.
/// </summary>
/// <remarks>
/// A delivery is run at most once at a time. If its lease ends during an attempt, this process may lease it again: then the
/// running attempt continues under the newer lease (<see cref="InFlight"/>) instead of being repeated.
/// </remarks>
internal sealed class DeliveryRunner(
    DeliveryExecutor executor,
    DeliverySettler settler,
    DeliveryCapacity capacity,
    LeaseKeeper leases,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryRunner> logger
) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, InFlight> _inFlight = new();
    private readonly CancellationTokenSource _abandon = new();

    /// <summary>Starts the run of a delivery, or lets its current run continue under this lease.</summary>
    public void Start(Lease lease)
    {
        var inFlight = new InFlight(lease);
        // A run that ends between the two calls has already removed itself or will at once, so the loop is short.
        while (!_inFlight.TryAdd(lease.Delivery.Id, inFlight))
        {
            if (TryRenew(lease))
                return;
        }

        inFlight.Running = RunAsync(inFlight);
    }

    /// <summary>Renews the leases of the attempts in flight, until cancelled.</summary>
    public async Task KeepLeasesAsync(CancellationToken cancellationToken)
    {
        using var timer = leases.CreateTimer();
        await leases.RunAsync(timer, () => _inFlight.Values, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lets an attempt that is in flight continue under a newer lease. The two leases may arrive here in either order. Returns
    /// false if no attempt is in flight.
    /// </summary>
    public bool TryRenew(Lease lease)
    {
        if (!_inFlight.TryGetValue(lease.Delivery.Id, out var inFlight) || !inFlight.TryRenew(lease, out var outdated))
            return false;

        if (outdated is not null)
            capacity.Release(outdated.Delivery);
        return true;
    }

    /// <summary>Gives back leases whose attempt did not start. Their deliveries are due at once, for any worker.</summary>
    public async ValueTask ReturnAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        if (leases.Count == 0)
            return;

        try
        {
            await settler.ReturnAsync(leases, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.ReturnFailed(logger, leases.Count, exception);
        }
    }

    /// <summary>
    /// Waits for the attempts in flight, and abandons them after <see cref="NotificationsOptions.DrainTimeout"/>.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var giveUp = cancellationToken.Register(_abandon.Cancel);
        using var timeout = new CancellationTokenSource(options.Value.DrainTimeout, time);
        using var expire = timeout.Token.Register(_abandon.Cancel);
        using var renewing = leases.CreateTimer();
        _ = leases.RunAsync(renewing, () => _inFlight.Values, CancellationToken.None);
        // A run that ends may start the next run of its delivery, so wait until none is left.
        while (!_inFlight.IsEmpty)
        {
            await Task.WhenAll(_inFlight.Values.Select(inFlight => inFlight.Running))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _abandon.Dispose();

    private async Task RunAsync(InFlight inFlight)
    {
        var delivery = inFlight.Lease.Delivery;
        var isSent = false;
        try
        {
            // A lease that came late is not even used to end or to move the delivery. The executor checks again before the call.
            if (time.GetUtcNow() + options.Value.AttemptTimeout > inFlight.Until)
            {
                Log.LeaseTooShort(logger, delivery.Id);
                return;
            }

            if (DueTimePolicy.HasExpired(delivery, time.GetUtcNow()))
            {
                await settler.ExpireAsync(inFlight, _abandon.Token).ConfigureAwait(false);
                return;
            }

            var execution = await executor.ExecuteAsync(inFlight, _abandon.Token).ConfigureAwait(false);
            if (execution == Execution.TooLate)
            {
                Log.LeaseTooShort(logger, delivery.Id);
                return;
            }

            await settler.SettleAsync(inFlight, execution, _abandon.Token).ConfigureAwait(false);
            isSent = execution.Outcome?.Kind == OutcomeKind.Sent;
        }
        catch (OperationCanceledException) when (_abandon.IsCancellationRequested)
        {
            Log.AttemptAbandoned(logger, delivery.Id);
        }
        catch (Exception exception)
        {
            Log.RunFailed(logger, delivery.Id, exception);
        }
        finally
        {
            await EndAsync(inFlight, delivery, isSent).ConfigureAwait(false);
        }
    }

    private async ValueTask EndAsync(InFlight inFlight, Delivery delivery, bool isSent)
    {
        var (renewal, isUnused) = inFlight.End();
        _inFlight.TryRemove(delivery.Id, out _);
        capacity.Release(delivery, leavesWork: !isSent);
        if (renewal is null)
            return;

        // A delivery that was settled as due at once may be leased again before its run has ended. That lease stands for a new
        // attempt, which starts now. If the recipient must be checked first, the lease is given back: the worker checks
        // the next one. An older renewal served the run that ended, so only its slot is released.
        var needsAttempt = isUnused && !_abandon.IsCancellationRequested;
        if (needsAttempt && !RecipientCheck.IsNeeded(renewal.Delivery, time.GetUtcNow()))
        {
            Start(renewal);
            return;
        }

        capacity.Release(renewal.Delivery);
        if (needsAttempt)
            await ReturnAsync([renewal], _abandon.Token).ConfigureAwait(false);
    }
}
