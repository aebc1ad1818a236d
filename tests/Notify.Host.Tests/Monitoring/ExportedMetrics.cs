using System.Text.RegularExpressions;

namespace Notify.Host.Tests.Monitoring;

/// <summary>The metrics that running processes export in the format of Prometheus, with their labels.</summary>
internal sealed partial class ExportedMetrics
{
    /// <summary>Labels that Prometheus adds to every metric of a target.</summary>
    private static readonly string[] OfTarget = ["namespace", "role", "job", "instance"];

    private readonly Dictionary<string, HashSet<string>> _labels = new() { ["up"] = [] };

    public ExportedMetrics(IEnumerable<string> pages)
    {
        foreach (var sample in pages.SelectMany(page => Sample().Matches(page)))
        {
            if (!_labels.TryGetValue(sample.Groups["name"].Value, out var labels))
                _labels.Add(sample.Groups["name"].Value, labels = []);
            labels.UnionWith(Label().Matches(sample.Groups["labels"].Value).Select(label => label.Groups[1].Value));
        }
    }

    /// <summary>Returns the metrics and labels that a query names and that are not exported.</summary>
    /// <param name="query">A query in PromQL.</param>
    /// <param name="withoutCause">Metrics that the processes export only after something that did not happen.</param>
    public IEnumerable<string> FindMissing(string query, IReadOnlyCollection<string> withoutCause)
    {
        var metrics = MonitoringFiles.GetMetrics(query).Distinct().ToArray();
        var isRecorded = metrics.Any(metric => metric.Contains(':', StringComparison.Ordinal));
        var missing = metrics
            .Where(metric => !metric.Contains(':', StringComparison.Ordinal))
            .Where(metric => !_labels.ContainsKey(metric) && !withoutCause.Contains(metric));
        // What a recorded series keeps is a label of some metric.
        var known = (isRecorded ? _labels.Values : metrics.Where(_labels.ContainsKey).Select(metric => _labels[metric]))
            .SelectMany(labels => labels)
            .Concat(OfTarget)
            .ToHashSet();
        var isComplete = isRecorded || metrics.All(_labels.ContainsKey);
        var labels = MonitoringFiles.GetGroupings(query).Where(label => isComplete && !known.Contains(label));
        return [.. missing, .. labels.Select(label => $"label {label}")];
    }

    [GeneratedRegex("""^(?<name>[a-z_][a-zA-Z0-9_]*)(?:\{(?<labels>.*)\})? """, RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-z_]+)=" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();
}
