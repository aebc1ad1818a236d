using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Deliveries;

/// <summary>
/// Brings deliveries to the runner: those that a transport hints at, and those that are due in the queue. It takes only as many
/// as there are slots, so the memory it uses is bounded.
/// </summary>
/// <remarks>
/// Several loops run at once: one consumes hints, one leases due deliveries, one finds orphans, one reads which providers are
/// paused, one renews leases, and the runners start attempts. Each lease that enters <c>_ready</c> holds a slot. A lease that is
/// not started, whether because no slot is free, its recipient could not be checked, or the process stops, is given back and its
/// slot released.
/// </remarks>
internal sealed class DeliveryWorker(
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    RecipientCheck check,
    DeliveryRunner runner,
    ProviderCatalog providers,
    ProviderPauses pauses,
    DeliveryCapacity capacity,
    WorkSignal signal,
    IntervalTimer timer,
    WorkerIdentity worker,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan PauseInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OrphanInterval = TimeSpan.FromMinutes(1);

    private readonly ReadyLeases _ready = new(check, runner, capacity, settings, time);

    /// <summary>
    /// Claimed leases without a slot. Only the loop that consumes hints uses it, and <see cref="StopAsync"/> afterwards.
    /// </summary>
    private readonly List<Lease> _withoutSlot = [];

    /// <summary>The names of providers that the application does not have, but the queue has deliveries for.</summary>
    private string[] _orphans = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>
    /// Works until stopped, on the calling thread up to the first wait. <see cref="BackgroundService"/> would start on the thread
    /// pool, which a simulation must not use.
    /// </summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        // A provider that was paused before a restart must not be called at all.
        while (
            !pauses.AreKnown
            && !stoppingToken.IsCancellationRequested
            && !await TryReadPausesAsync(stoppingToken).ConfigureAwait(false)
        )
            await Task.Delay(options.Value.PollInterval, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var poll = timer.Repeat(options.Value.PollInterval, signal.Set);
        await Task.WhenAll([
                options.Value.Workers.HasFlag(Workers.Delivery) ? ConsumeHintsAsync(stoppingToken) : Task.CompletedTask,
                LeaseDueAsync(stoppingToken),
                FindOrphansAsync(stoppingToken),
                ReadPausesAsync(stoppingToken),
                runner.KeepLeasesAsync(stoppingToken),
                .. Enumerable.Range(0, settings.Runners).Select(_ => RunReadyAsync(stoppingToken)),
            ])
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops taking deliveries, gives back those that were not started, and waits for the attempts in flight.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await runner.ReturnAsync([.. _withoutSlot, .. _ready.TakeLeft()], cancellationToken).ConfigureAwait(false);
        await runner.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunReadyAsync(CancellationToken stopping)
    {
        await foreach (var lease in _ready.ReadAllAsync(stopping).ConfigureAwait(false))
            runner.Start(lease);
    }

    private async Task ConsumeHintsAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var hints in transport.ConsumeAsync(capacity, stopping).ConfigureAwait(false))
                    await HandleHintsAsync(hints, stopping).ConfigureAwait(false);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                // A lost hint costs a delay only: its delivery falls due in the queue.
                Log.TransportFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask HandleHintsAsync(IReadOnlyList<DeliveryHint> hints, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        List<DeliveryReference>? claims = null;
        List<Lease>? waited = null;
        foreach (var hint in hints)
        {
            if (hint.Lease is { } lease)
                _ready.Add(lease, now, ref waited);
            else
                (claims ??= new(hints.Count)).Add(hint.Reference);
        }

        if (waited is not null)
            await CheckHandedOverAsync(waited, stopping).ConfigureAwait(false);
        if (claims is not null)
            await ClaimAsync(claims, stopping).ConfigureAwait(false);
    }

    // The in-process transport hands deliveries over with their lease once they are stored. If storing took long, they waited and
    // are checked like any other. If the check fails, they have been given back, and the transport continues with the next ones.
    private async ValueTask CheckHandedOverAsync(List<Lease> waited, CancellationToken stopping)
    {
        try
        {
            await _ready.CheckAsync(waited, stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.LeaseFailed(logger, exception);
        }
    }

    // A provider's slots or permits may have been taken since the transport asked. Deliveries that have none are given back, to
    // wait in the store instead of in memory. If the worker is stopped meanwhile, StopAsync gives back what is still in the list.
    // Giving a lease back twice is harmless: the second settlement has an outdated fence.
    private async ValueTask ClaimAsync(List<DeliveryReference> references, CancellationToken stopping)
    {
        var withSlot = new List<Lease>(references.Count);
        foreach (var lease in await ClaimWithRetryAsync(references, stopping).ConfigureAwait(false))
            (capacity.TryTake(lease.Delivery) ? withSlot : _withoutSlot).Add(lease);

        await _ready.AddAsync(withSlot, stopping).ConfigureAwait(false);
        if (_withoutSlot.Count == 0)
            return;
        await runner.ReturnAsync(_withoutSlot, stopping).ConfigureAwait(false);
        signal.Set();
        if (!stopping.IsCancellationRequested)
            _withoutSlot.Clear();
    }

    // While the store is unavailable, no more hints are taken from the transport, so they are still there when it is back.
    private async ValueTask<IReadOnlyList<Lease>> ClaimWithRetryAsync(
        List<DeliveryReference> references,
        CancellationToken stopping
    )
    {
        while (true)
        {
            try
            {
                var request = new ClaimRequest(worker.Name, time.GetUtcNow() + options.Value.LeaseDuration, references);
                return await queue.ClaimAsync(request, stopping).ConfigureAwait(false);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                Log.LeaseFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stopping).ConfigureAwait(false);
            }
        }
    }

    // A provider that was removed from the application leaves deliveries behind. They are also leased, and the other providers of
    // their channel send them.
    private async Task FindOrphansAsync(CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(OrphanInterval, time);
        do
        {
            try
            {
                var waiting = await queue.ListProvidersAsync(stopping).ConfigureAwait(false);
                _orphans = [.. waiting.Where(name => providers.Find(name) is null)];
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                Log.LeaseFailed(logger, exception);
            }
        } while (await tick.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    private async Task ReadPausesAsync(CancellationToken stopping)
    {
        var elapsed = new WorkSignal(settings);
        using var interval = timer.Repeat(PauseInterval, elapsed.Set);
        while (!stopping.IsCancellationRequested)
        {
            await elapsed.WaitAsync(stopping).ConfigureAwait(false);
            await TryReadPausesAsync(stopping).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> TryReadPausesAsync(CancellationToken stopping)
    {
        try
        {
            await pauses.ReadAsync(stopping).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.PausesNotRead(logger, exception);
            return false;
        }
    }

    private async Task LeaseDueAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await LeaseOnceAsync(stopping).ConfigureAwait(false))
                    continue;

                if (await signal.WaitAsync(stopping).ConfigureAwait(false))
                    capacity.ResetProbes();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.LeaseFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Leases due deliveries once, as many as there are slots and permits for.</summary>
    /// <returns>
    /// Whether any slot was reserved. If so, there may be slots for lanes that were left out, so the caller tries again at once.
    /// </returns>
    private async ValueTask<bool> LeaseOnceAsync(CancellationToken stopping)
    {
        var reserved = capacity.ReserveSlots(providers.All.Select(provider => provider.Name).Concat(_orphans));
        if (reserved.Length == 0)
            return false;

        IReadOnlyList<Lease> leases = [];
        try
        {
            var now = time.GetUtcNow();
            var request = new LeaseRequest
            {
                Owner = worker.Name,
                Now = now,
                Until = now + options.Value.LeaseDuration,
                Slots = reserved,
                TenantLimit = capacity.ReserveForTenant,
            };
            leases = await queue.LeaseAsync(request, stopping).ConfigureAwait(false);
        }
        finally
        {
            capacity.ReleaseUnused(reserved, leases);
        }

        await _ready.AddAsync(leases, stopping).ConfigureAwait(false);
        return true;
    }
}
