using System.Diagnostics.Metrics;
using Notify.Transport.Kafka.Hints;

namespace Notify.Transport.Kafka.Connection;

/// <summary>The metrics of the transport, on the meter <see cref="NotifyTelemetry.Name"/>.</summary>
internal sealed class KafkaTelemetry : IDisposable
{
    private readonly Meter _meter = new(NotifyTelemetry.Name);
    private readonly Counter<long> _hints;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _events;
    private volatile IReadOnlyDictionary<Priority, long> _lag = new Dictionary<Priority, long>();

    public KafkaTelemetry()
    {
        _hints = _meter.CreateCounter<long>(
            "notify.transport.hints",
            "{hint}",
            "Hints published, by whether the brokers accepted them."
        );
        _refused = _meter.CreateCounter<long>("notify.transport.refused", "{message}", "Messages that were not hints.");
        _events = _meter.CreateCounter<long>(
            "notify.transport.events",
            "{event}",
            "Events published, by whether the brokers accepted them."
        );
        _meter.CreateObservableGauge(
            "notify.transport.lag",
            ReadLag,
            "{hint}",
            "Hints that wait in the partitions of this process, by lane."
        );
    }

    public void CountHint(Priority lane, bool isPublished) =>
        _hints.Add(
            1,
            new KeyValuePair<string, object?>("priority", Lane.GetName(lane)),
            new KeyValuePair<string, object?>("outcome", isPublished ? "published" : "lost")
        );

    public void CountRefused(Priority lane) => _refused.Add(1, new KeyValuePair<string, object?>("priority", Lane.GetName(lane)));

    public void CountEvents(string subject, bool isPublished, long count) =>
        _events.Add(
            count,
            new KeyValuePair<string, object?>("subject", subject),
            new KeyValuePair<string, object?>("outcome", isPublished ? "published" : "lost")
        );

    /// <summary>Sets the number of waiting hints by lane; empty while this process consumes nothing.</summary>
    public void SetLag(IReadOnlyDictionary<Priority, long> lag) => _lag = lag;

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> ReadLag() =>
        _lag.Select(lane => new Measurement<long>(
            lane.Value,
            new KeyValuePair<string, object?>("priority", Lane.GetName(lane.Key))
        ));
}
