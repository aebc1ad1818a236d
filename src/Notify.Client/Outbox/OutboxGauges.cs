using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Notify.Client.Outbox;

/// <summary>
/// Publishes how many triggers are in the outbox, and the age of the oldest that waits. The table is queried only when an
/// exporter collects.
/// </summary>
internal sealed class OutboxGauges(IClientOutbox outbox, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>Shorter than the timeout of a scrape: without its database, a process still reports its other metrics.</summary>
    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Meter? _meter;
    private OutboxCounts? _counts;
    private long? _countedAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter = new Meter(new MeterOptions(NotifyTelemetry.Name) { Scope = outbox });
        _meter.CreateObservableGauge(
            "notify.client.outbox.triggers",
            () => Measure(GetTriggers),
            "{trigger}",
            "Triggers in the outbox of the application, by state."
        );
        _meter.CreateObservableGauge(
            "notify.client.outbox.age",
            () => Measure(GetAge),
            "s",
            "The age of the oldest trigger that waits in the outbox of the application."
        );
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _meter?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _meter?.Dispose();

    private static IEnumerable<Measurement<long>> GetTriggers(OutboxCounts counts) =>
        [
            new(counts.Waiting, new KeyValuePair<string, object?>("state", "waiting")),
            new(counts.Refused, new KeyValuePair<string, object?>("state", "refused")),
        ];

    private IEnumerable<Measurement<double>> GetAge(OutboxCounts counts) =>
        [new(counts.OldestEnqueuedAt is { } oldest ? Math.Max(0, (time.GetUtcNow() - oldest).TotalSeconds) : 0)];

    private IEnumerable<Measurement<T>> Measure<T>(Func<OutboxCounts, IEnumerable<Measurement<T>>> select)
        where T : struct => Count() is { } counts ? select(counts) : [];

    /// <summary>
    /// Queries the table once for both gauges and blocks until it answers; null if it fails or does not answer in time. Gauges
    /// are observed synchronously.
    /// </summary>
    private OutboxCounts? Count()
    {
        lock (_lock)
        {
            if (_countedAt is { } last && time.GetElapsedTime(last) < Freshness)
                return _counts;

            _counts = Query();
            _countedAt = time.GetTimestamp();
            return _counts;
        }
    }

    private OutboxCounts? Query()
    {
        using var timeout = new CancellationTokenSource(DatabaseTimeout, time);
        try
        {
            // A driver may ignore the token, so the wait also has a timeout.
            return Task.Run(() => outbox.CountAsync(timeout.Token), timeout.Token)
                .WaitAsync(DatabaseTimeout, time, CancellationToken.None)
                .GetAwaiter()
                .GetResult();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
