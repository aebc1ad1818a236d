using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Queueing;

namespace Notify.Delivering;

/// <summary>
/// Brings deliveries to the runner: those that a transport hints at, and those that are due in the queue. It takes no more than
/// there are slots, so what it holds in memory is bounded.
/// </summary>
internal sealed class DeliveryWorker(
    IDeliveryQueue queue,
    IDeliveryTransport transport,
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
            slots.Release(lease.Delivery.Provider, lease.Delivery.Priority);
            left.Add(lease);
        }

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
        var claims = new List<DeliveryReference>();
        foreach (var hint in hints)
        {
            if (hint.Lease is { } lease)
                _ready.Writer.TryWrite(lease);
            else
                claims.Add(hint.Reference);
        }

        if (claims.Count > 0)
            await ClaimAsync(claims, stopping).ConfigureAwait(false);
    }

    // What there is no room for after all, since a provider's slots or permits went meanwhile, waits in the store and not in
    // memory. A stop may come between: it gives back what is still here, and to be given back twice changes nothing.
    private async ValueTask ClaimAsync(List<DeliveryReference> references, CancellationToken stopping)
    {
        foreach (var lease in await ClaimOnceItAnswersAsync(references, stopping).ConfigureAwait(false))
        {
            if (admission.TryAdmit(lease.Delivery))
                _ready.Writer.TryWrite(lease);
            else
                _refused.Add(lease);
        }

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
                TenantAllowance = admission.AllowanceOf,
            };
            leases = await queue.LeaseAsync(request, stopping).ConfigureAwait(false);
        }
        finally
        {
            admission.Fill(quotas, leases);
        }

        foreach (var lease in leases)
            _ready.Writer.TryWrite(lease);
        return true;
    }
}
