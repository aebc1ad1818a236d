using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Deliveries;

/// <summary>
/// Brings deliveries to the runner: those that a transport hints at, and those that are due in the queue. It takes no more than
/// there are slots, so what it holds in memory is bounded.
/// </summary>
internal sealed class DeliveryWorker(
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    RecipientCheck check,
    DeliveryRunner runner,
    ProviderCatalog providers,
    DeliveryAdmission admission,
    DeliverySlots slots,
    WorkSignal signal,
    WorkerIdentity worker,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DeliveryWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan OrphanInterval = TimeSpan.FromMinutes(1);

    private readonly Channel<Lease> _ready = System.Threading.Channels.Channel.CreateUnbounded<Lease>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = settings.ContinueInline }
    );
    private readonly List<Lease> _refused = [];
    private readonly ConcurrentQueue<Lease> _unchecked = new();
    private string[] _orphans = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>All of the work, until stopped; without the thread that <see cref="BackgroundService"/> begins it on.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        await using var poll = time.CreateTimer(_ => signal.Set(), null, options.Value.PollInterval, options.Value.PollInterval)
            .ConfigureAwait(false);
        await Task.WhenAll([
                options.Value.Workers.HasFlag(Workers.Delivery) ? ConsumeHintsAsync(stoppingToken) : Task.CompletedTask,
                LeaseDueAsync(stoppingToken),
                FindOrphansAsync(stoppingToken),
                runner.KeepLeasesAsync(stoppingToken),
                .. Enumerable.Range(0, settings.Runners).Select(_ => RunReadyAsync(stoppingToken)),
            ])
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops taking deliveries, lets the attempts under way end, and gives back what was not begun.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var left = _refused;
        while (_ready.Reader.TryRead(out var lease))
        {
            slots.Release(lease.Delivery);
            left.Add(lease);
        }

        left.AddRange(_unchecked);
        await runner.ReturnAsync(left, cancellationToken).ConfigureAwait(false);
        await runner.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunReadyAsync(CancellationToken stopping)
    {
        await foreach (var lease in _ready.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            runner.Start(lease);
    }

    private async Task ConsumeHintsAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var hints in transport.ConsumeAsync(admission, stopping).ConfigureAwait(false))
                    await TakeAsync(hints, stopping).ConfigureAwait(false);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                // What was hinted at meanwhile falls due by itself.
                Log.TransportFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask TakeAsync(IReadOnlyList<DeliveryHint> hints, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        List<DeliveryReference>? claims = null;
        List<Lease>? waited = null;
        foreach (var hint in hints)
        {
            if (hint.Lease is { } lease)
                TakeOn(lease, now, ref waited);
            else
                (claims ??= new(hints.Count)).Add(hint.Reference);
        }

        if (waited is not null)
            await CheckHandedOverAsync(waited, stopping).ConfigureAwait(false);
        if (claims is not null)
            await ClaimAsync(claims, stopping).ConfigureAwait(false);
    }

    // A delivery is handed over with its lease once it is stored. Where that took long, it waited like any other. If the check
    // fails, the delivery has been given back, and it must not keep the transport from the next one.
    private async ValueTask CheckHandedOverAsync(List<Lease> waited, CancellationToken stopping)
    {
        try
        {
            await CheckAsync(waited, stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.LeaseFailed(logger, exception);
        }
    }

    // What there is no room for after all, since a provider's slots or permits went meanwhile, waits in the store and not in
    // memory. A stop may come between: it gives back what is still here, and to be given back twice changes nothing.
    private async ValueTask ClaimAsync(List<DeliveryReference> references, CancellationToken stopping)
    {
        var admitted = new List<Lease>(references.Count);
        foreach (var lease in await ClaimOnceItAnswersAsync(references, stopping).ConfigureAwait(false))
            (admission.TryAdmit(lease.Delivery) ? admitted : _refused).Add(lease);

        await TakeOnAsync(admitted, stopping).ConfigureAwait(false);
        if (_refused.Count == 0)
            return;
        await runner.ReturnAsync(_refused, stopping).ConfigureAwait(false);
        signal.Set();
        if (!stopping.IsCancellationRequested)
            _refused.Clear();
    }

    // While the store is away the transport is asked for no more, so that its hints are still good when the store is back.
    private async ValueTask<IReadOnlyList<Lease>> ClaimOnceItAnswersAsync(
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

    // A provider that was taken out of the application leaves deliveries behind; they are sent by the others of their channel.
    private async Task FindOrphansAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(OrphanInterval, time);
        do
        {
            try
            {
                var depths = await queue.GetDepthAsync(stopping).ConfigureAwait(false);
                _orphans = [.. depths.Select(depth => depth.Provider).Distinct().Where(name => providers.Find(name) is null)];
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                Log.LeaseFailed(logger, exception);
            }
        } while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
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
                    admission.LookAgain();
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

    /// <returns>Whether there was room for more: then lanes may be left that it was too small for.</returns>
    private async ValueTask<bool> LeaseOnceAsync(CancellationToken stopping)
    {
        var quotas = admission.TakeQuotas(providers.All.Select(provider => provider.Name).Concat(_orphans));
        if (quotas.Length == 0)
            return false;

        IReadOnlyList<Lease> leases = [];
        try
        {
            var now = time.GetUtcNow();
            var request = new LeaseRequest(worker.Name, now, now + options.Value.LeaseDuration, quotas)
            {
                TenantAllowance = admission.GetAllowance,
            };
            leases = await queue.LeaseAsync(request, stopping).ConfigureAwait(false);
        }
        finally
        {
            admission.Fill(quotas, leases);
        }

        await TakeOnAsync(leases, stopping).ConfigureAwait(false);
        return true;
    }

    /// <summary>Hands leases on that have their slots; those that waited only after they were checked.</summary>
    private async ValueTask TakeOnAsync(IReadOnlyList<Lease> leases, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        List<Lease>? waited = null;
        foreach (var lease in leases)
            TakeOn(lease, now, ref waited);

        if (waited is not null)
            await CheckAsync(waited, stopping).ConfigureAwait(false);
    }

    private void TakeOn(Lease lease, DateTimeOffset now, ref List<Lease>? waited)
    {
        if (!RecipientCheck.IsNeeded(lease.Delivery, now))
            _ready.Writer.TryWrite(lease);
        else if (!runner.TryRenew(lease))
            (waited ??= []).Add(lease);
    }

    // Without an answer nothing is sent: the deliveries fall due again, and a later lease asks once more.
    private async ValueTask CheckAsync(List<Lease> waited, CancellationToken stopping)
    {
        var left = waited.ToDictionary(lease => lease.Delivery.Id);
        try
        {
            foreach (var lease in await check.CheckAsync(waited, stopping).ConfigureAwait(false))
            {
                _ready.Writer.TryWrite(lease);
                left.Remove(lease.Delivery.Id);
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The stop gives back what is left, with everything else.
            foreach (var lease in left.Values)
                _unchecked.Enqueue(lease);
            throw;
        }
        catch
        {
            await runner.ReturnAsync([.. left.Values], stopping).ConfigureAwait(false);
            throw;
        }
        finally
        {
            foreach (var lease in left.Values)
                slots.Release(lease.Delivery, leavesWork: false);
        }
    }
}
