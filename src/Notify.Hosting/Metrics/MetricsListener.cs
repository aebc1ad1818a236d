using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Notify.Telemetry;

namespace Notify.Hosting.Metrics;

/// <summary>Listens to the meter of Notify and to the runtime's, and keeps what they measured since the process began.</summary>
internal sealed class MetricsListener : IDisposable
{
    /// <summary>From a call within the process to one that waits for a vendor's timeout.</summary>
    private static readonly double[] Seconds =
    [
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        30,
        60,
        300,
        3600,
    ];

    private static readonly double[] Sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = [];

    public MetricsListener()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is NotifyTelemetry.Name or "System.Runtime")
                listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, Create));
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Keep(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Keep(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Keep(state, value, tags));
        _listener.Start();
    }

    /// <summary>Everything that was measured, by the instruments' names.</summary>
    public IReadOnlyList<InstrumentSeries> Read()
    {
        _listener.RecordObservableInstruments();
        return [.. _instruments.Values.OrderBy(series => series.Instrument.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private static InstrumentSeries Create(Instrument instrument) =>
        new(
            instrument,
            instrument switch
            {
                Histogram<double> => Seconds,
                Histogram<int> or Histogram<long> => Sizes,
                _ => [],
            }
        );

    private static void Keep(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((InstrumentSeries)state!).Keep(value, tags);
}

/// <summary>An instrument with its series.</summary>
internal sealed class InstrumentSeries(Instrument instrument, double[] bounds)
{
    private readonly ConcurrentDictionary<TagSet, Series> _series = new();

    public Instrument Instrument => instrument;

    public double[] Bounds => bounds;

    /// <summary>Whether a measurement is what there is now, and not something to add.</summary>
    private bool IsState => instrument.IsObservable;

    public IEnumerable<(TagSet Tags, Series Series)> All => _series.Select(pair => (pair.Key, pair.Value));

    public void Keep(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length > TagSet.MaxCount)
            return;

        var series = _series.GetOrAdd(new TagSet(tags), static (_, bounds) => new Series(bounds), bounds);
        if (IsState)
            series.Set(value);
        else
            series.Add(value);
    }
}
