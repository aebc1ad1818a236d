using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Queue;
using Notify.Core.Settlements;
using Notify.Core.Timing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Deliveries;

/// <summary>Takes one leased delivery through its attempt and its settlement, and knows which ones are under way.</summary>
internal sealed class DeliveryRunner(
    DeliveryExecutor executor,
    DeliverySettler settler,
    DeliverySlots slots,
    LeaseKeeper leases,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryRunner> logger
) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, InFlight> _inFlight = new();
    private readonly CancellationTokenSource _abandon = new();

    public void Start(Lease lease)
    {
        var inFlight = new InFlight(lease);
        while (!_inFlight.TryAdd(lease.Delivery.Id, inFlight))
        {
            if (TryRenew(lease))
                return;
        }

        inFlight.Running = RunAsync(inFlight);
    }

    /// <summary>Keeps the leases of the attempts under way, until cancelled.</summary>
    public async Task KeepLeasesAsync(CancellationToken cancellationToken)
    {
        using var timer = leases.CreateTimer();
        await leases.RunAsync(timer, () => _inFlight.Values, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lets an attempt that is still under way here continue under a newer lease, whichever of the two leases arrives here first.
    /// Returns false when there is no such attempt.
    /// </summary>
    public bool TryRenew(Lease lease)
    {
        if (!_inFlight.TryGetValue(lease.Delivery.Id, out var underWay) || !underWay.TryRenew(lease, out var outdated))
            return false;

        if (outdated is not null)
            slots.Release(outdated.Delivery);
        return true;
    }

    /// <summary>Gives back deliveries that were leased and not begun: they are due at once, for any worker.</summary>
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
    /// Waits for the attempts under way, and gives them up after <see cref="NotificationsOptions.DrainTimeout"/>.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var giveUp = cancellationToken.Register(_abandon.Cancel);
        using var timeout = new CancellationTokenSource(options.Value.DrainTimeout, time);
        using var expire = timeout.Token.Register(_abandon.Cancel);
        using var renewing = leases.CreateTimer();
        _ = leases.RunAsync(renewing, () => _inFlight.Values, CancellationToken.None);
        // A run that ends may begin the next one of its delivery.
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
        var isAccepted = false;
        try
        {
            if (time.GetUtcNow() + options.Value.AttemptTimeout > inFlight.Lease.Until)
            {
                // A lease that is nearly over was handed over late. It may end before it can be renewed, and then others repeat
                // the attempt, or a cancellation reports that it was stopped.
                Log.LeaseTooShort(logger, delivery.Id);
                return;
            }

            if (DueTimePolicy.HasExpired(delivery, time.GetUtcNow()))
            {
                await settler.ExpireAsync(inFlight, _abandon.Token).ConfigureAwait(false);
                return;
            }

            var execution = await executor.ExecuteAsync(delivery, _abandon.Token).ConfigureAwait(false);
            await settler.SettleAsync(inFlight, execution, _abandon.Token).ConfigureAwait(false);
            isAccepted = execution.Outcome?.Kind == OutcomeKind.Accepted;
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
            await EndAsync(inFlight, delivery, isAccepted).ConfigureAwait(false);
        }
    }

    private async ValueTask EndAsync(InFlight inFlight, Delivery delivery, bool isAccepted)
    {
        var (renewal, isUnused) = inFlight.End();
        _inFlight.TryRemove(delivery.Id, out _);
        slots.Release(delivery, leavesWork: !isAccepted);
        if (renewal is null)
            return;

        // What was settled to be due at once may be leased again before its run has ended here. Where it must be checked before
        // it is sent, it is given back, and its next lease is checked.
        var isToSend = isUnused && !_abandon.IsCancellationRequested;
        if (isToSend && !RecipientCheck.IsNeeded(renewal.Delivery, time.GetUtcNow()))
        {
            Start(renewal);
            return;
        }

        slots.Release(renewal.Delivery);
        if (isToSend)
            await ReturnAsync([renewal], _abandon.Token).ConfigureAwait(false);
    }
}
