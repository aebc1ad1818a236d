using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Notify.Queueing;

namespace Notify.Hosting.Metrics;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4 (prometheus.io, "Exposition formats").</summary>
internal sealed class PrometheusText
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>Writes every lane of these providers: what scales by a series must not lose it when all is done.</summary>
    public void Write(IReadOnlyList<QueueDepth> depths, IEnumerable<string> providers)
    {
        var pending = new Dictionary<(string Provider, Priority Priority), long>();
        foreach (var provider in providers)
        {
            foreach (var priority in Enum.GetValues<Priority>())
                pending[(provider, priority)] = 0;
        }

        foreach (var depth in depths)
            pending[(depth.Provider, depth.Priority)] = depth.Pending;

        WriteHead("notify_queue_depth", "gauge", "Deliveries that are pending, the leased ones included.");
        foreach (var (lane, count) in pending)
        {
            var labels = Labels([new("provider", lane.Provider), new("priority", lane.Priority.ToString().ToLowerInvariant())]);
            WriteSample("notify_queue_depth", labels, count);
        }
    }

    public void Write(InstrumentSeries instrument)
    {
        var (name, type) = Describe(instrument.Instrument);
        WriteHead(name, type, instrument.Instrument.Description ?? instrument.Instrument.Name);
        foreach (var (tags, series) in instrument.All)
        {
            var labels = Labels(tags.Tags.Select(LabelOf));
            if (type == "histogram")
                WriteHistogram(name, labels, instrument.Bounds, series);
            else
                WriteSample(name, labels, series.Read().Sum);
        }
    }

    private void WriteHistogram(string name, string labels, double[] bounds, Series series)
    {
        var (count, sum, buckets) = series.Read();
        for (var i = 0; i < bounds.Length; i++)
            WriteSample($"{name}_bucket", With(labels, bounds[i].ToString(CultureInfo.InvariantCulture)), buckets[i]);
        WriteSample($"{name}_bucket", With(labels, "+Inf"), count);
        WriteSample($"{name}_sum", labels, sum);
        WriteSample($"{name}_count", labels, count);
    }

    private void WriteHead(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help.ReplaceLineEndings(" ")}\n# TYPE {name} {type}\n");

    private void WriteSample(string name, string labels, double value) =>
        _text.Append(name).Append(labels).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string With(string labels, string bound) =>
        labels.Length == 0 ? $"{{le=\"{bound}\"}}" : $"{labels[..^1]},le=\"{bound}\"}}";

    private static string Labels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var text = string.Join(',', labels.Select(label => $"{label.Key}=\"{Escape(label.Value)}\""));
        return text.Length == 0 ? "" : $"{{{text}}}";
    }

    private static string Escape(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private static KeyValuePair<string, string> LabelOf(KeyValuePair<string, object?> tag) =>
        new(LabelName(tag.Key), Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "");

    // A label says nothing new by beginning with the name of what is measured anyway.
    private static string LabelName(string tag) =>
        Sanitize(tag.StartsWith("notify.", StringComparison.Ordinal) ? tag["notify.".Length..] : tag);

    private static (string Name, string Type) Describe(Instrument instrument)
    {
        var name =
            Sanitize(instrument.Name)
            + instrument.Unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                _ => "",
            };
        var kind = instrument.GetType().GetGenericTypeDefinition();
        if (kind == typeof(Histogram<>))
            return (name, "histogram");
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? ($"{name}_total", "counter") : (name, "gauge");
    }

    private static string Sanitize(string name) => string.Create(name.Length, name, static (sanitized, name) =>
        {
            for (var i = 0; i < name.Length; i++)
                sanitized[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '_';
        });
}
