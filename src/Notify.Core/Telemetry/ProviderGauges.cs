using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Notify.Core.Providers;

namespace Notify.Core.Telemetry;

/// <summary>
/// Publishes why providers of this process are not called: the gauge <c>notify.provider.circuit</c> is 1 while one is failing,
/// and <c>notify.provider.paused</c> while one is paused, otherwise 0. The circuit is reported after the first delivery, and the
/// pause by processes that send.
/// </summary>
internal sealed class ProviderGauges(ProviderHealth health, ProviderCatalog catalog, ProviderPauses pauses)
    : IHostedService,
        IDisposable
{
    private Meter? _meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Each engine has its own meter, so that the gauges end with their engine.
        _meter = new Meter(new MeterOptions(NotifyTelemetry.Name) { Scope = health });
        _meter.CreateObservableGauge(
            "notify.provider.circuit",
            MeasureCircuits,
            description: "1 while the circuit of a provider is open, otherwise 0."
        );
        _meter.CreateObservableGauge(
            "notify.provider.paused",
            MeasurePauses,
            description: "1 while a provider is paused, otherwise 0."
        );
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _meter?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _meter?.Dispose();

    private IEnumerable<Measurement<int>> MeasureCircuits() =>
        health.Circuits.Select(circuit => Measure(circuit.Provider, circuit.OpenFor > TimeSpan.Zero));

    private IEnumerable<Measurement<int>> MeasurePauses() =>
        pauses.AreKnown ? catalog.All.Select(provider => Measure(provider.Name, pauses.IsPaused(provider.Name))) : [];

    private static Measurement<int> Measure(string provider, bool isStopped) =>
        new(isStopped ? 1 : 0, new KeyValuePair<string, object?>("provider", provider));
}
