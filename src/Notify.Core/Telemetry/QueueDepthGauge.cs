using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Telemetry;

/// <summary>
/// Publishes the number of deliveries that wait in the store, by provider and priority, as the gauge <c>notify.queue.depth</c>.
/// The store is queried only when an exporter collects.
/// </summary>
internal sealed class QueueDepthGauge(IServiceProvider services, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>Shorter than the timeout of a scrape: without its store, a process still reports its other metrics.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    private IDeliveryQueue _queue = null!;
    private string[] _providers = [];
    private Meter? _meter;

    // The store is resolved here instead of injected. A host creates its hosted services before it validates the options, and
    // only that validation reports a missing store in a way that helps.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _queue = services.GetRequiredService<IDeliveryQueue>();
        _providers = [.. services.GetServices<IDeliveryProvider>().Select(provider => provider.Name)];
        // Each engine has its own meter, so that a listener can tell the gauges of two engines apart, and the gauge ends with its
        // engine.
        _meter = new Meter(new MeterOptions(NotifyTelemetry.Name) { Scope = _queue });
        _meter.CreateObservableGauge(
            "notify.queue.depth",
            Measure,
            "{delivery}",
            "Deliveries that are pending in the store, including those that are being sent."
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

        // Empty lanes are also reported: an autoscaler whose series disappears does not scale down.
        var lanes = new Dictionary<(string Provider, Priority Priority), long>();
        foreach (var provider in _providers)
        {
            foreach (var priority in Enum.GetValues<Priority>())
                lanes[(provider, priority)] = 0;
        }

        foreach (var depth in depths)
        {
            // A priority that only a newer process knows is read as one of ours, so two depths can belong to one lane.
            var lane = (depth.Provider, depth.Priority);
            lanes[lane] = lanes.GetValueOrDefault(lane) + depth.Pending;
        }

        return
        [
            .. lanes.Select(lane => new Measurement<long>(
                lane.Value,
                new("provider", lane.Key.Provider),
                new("priority", EngineTelemetry.GetTag(lane.Key.Priority))
            )),
        ];
    }

    /// <summary>
    /// Queries the store and blocks until it answers; null if it fails or does not answer in time. Gauges are observed
    /// synchronously, so one thread is blocked once per collection. Reporting the value of the previous collection would avoid
    /// that, but would be late by a whole interval.
    /// </summary>
    private IReadOnlyList<QueueDepth>? GetDepths()
    {
        using var timeout = new CancellationTokenSource(StoreTimeout, time);
        try
        {
            // A store that hangs may ignore the token, so the wait also has a timeout.
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
