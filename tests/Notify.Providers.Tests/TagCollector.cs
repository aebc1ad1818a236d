using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Notify.Providers.Tests;

/// <summary>Collects the tags of everything that Notify measures, as an exporter would.</summary>
internal sealed class TagCollector : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _tags = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public TagCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == NotifyTelemetry.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Collect(tags));
        _listener.SetMeasurementEventCallback<int>((_, _, tags, _) => Collect(tags));
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Collect(tags));
        _listener.Start();
    }

    public IReadOnlyList<string> Tags => [.. _tags.Keys];

    public void Dispose() => _listener.Dispose();

    private void Collect(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
            _tags[Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? ""] = true;
    }
}
