using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Notify.Core.Providers;

namespace Notify.Core.Telemetry;

/// <summary>
/// Publishes the state of the circuit breakers of this process as the gauge <c>notify.provider.circuit</c>: 1 while a provider is
/// not called because it is failing, otherwise 0. A provider is reported after its first delivery.
/// </summary>
internal sealed class CircuitGauge(ProviderHealth health) : IHostedService, IDisposable
{
    private Meter? _meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Each engine has its own meter, so that the gauge ends with its engine.
        _meter = new Meter(new MeterOptions(NotifyTelemetry.Name) { Scope = health });
        _meter.CreateObservableGauge(
            "notify.provider.circuit",
            Measure,
            description: "1 while the circuit of a provider is open, otherwise 0."
        );
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _meter?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _meter?.Dispose();

    private IEnumerable<Measurement<int>> Measure() =>
        health.Circuits.Select(circuit => new Measurement<int>(
            circuit.OpenFor > TimeSpan.Zero ? 1 : 0,
            new KeyValuePair<string, object?>("provider", circuit.Provider)
        ));
}
