using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Telemetry;

/// <summary>
/// Publishes how many deliveries wait in the store, by provider and priority, as the gauge <c>notify.queue.depth</c>. The store
/// is asked only when an exporter collects.
/// </summary>
internal sealed class QueueDepthGauge(IServiceProvider services, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>Shorter than any scrape's timeout: without its store, a process still reports what it measured itself.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    private IDeliveryQueue _queue = null!;
    private string[] _providers = [];
    private Meter? _meter;

    // The store is looked up here, not injected: a host creates its services before it validates the options, and that validation
    // is what tells a user that the store is missing.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _queue = services.GetRequiredService<IDeliveryQueue>();
        _providers = [.. services.GetServices<IDeliveryProvider>().Select(provider => provider.Name)];
        // One meter per engine: a listener can tell one engine's gauge from another's, and the gauge ends with its engine.
        _meter = new Meter(new MeterOptions(NotifyTelemetry.Name) { Scope = _queue });
        _meter.CreateObservableGauge(
            "notify.queue.depth",
            Measure,
            "{delivery}",
            "Deliveries that wait in the store, including those that are being sent."
        );
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _meter?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _meter?.Dispose();

    private List<Measurement<long>> Measure()
    {
        if (GetDepths() is not { } depths)
            return [];

        // Lanes that are empty count too: an autoscaler that loses its series does not scale down.
        var lanes = new Dictionary<(string Provider, Priority Priority), long>();
        foreach (var provider in _providers)
        {
            foreach (var priority in Enum.GetValues<Priority>())
                lanes[(provider, priority)] = 0;
        }

        foreach (var depth in depths)
            lanes[(depth.Provider, depth.Priority)] = depth.Pending;
        return
        [
            .. lanes.Select(lane => new Measurement<long>(
                lane.Value,
                new("provider", lane.Key.Provider),
                new("priority", EngineTelemetry.Lower(lane.Key.Priority))
            )),
        ];
    }

    /// <summary>
    /// Asks the store and waits; null when it fails or does not answer in time. A gauge is observed synchronously, so a thread
    /// waits here, once per collection. The value of the last collection would not need one, but would be old by a whole
    /// interval.
    /// </summary>
    private IReadOnlyList<QueueDepth>? GetDepths()
    {
        using var timeout = new CancellationTokenSource(StoreTimeout, time);
        try
        {
            // A store that hangs may ignore its token, hence the second wait.
            return Task.Run(() => _queue.GetDepthAsync(timeout.Token).AsTask(), timeout.Token)
                .WaitAsync(StoreTimeout, time, CancellationToken.None)
                .GetAwaiter()
                .GetResult();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
