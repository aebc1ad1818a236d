using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Notify.Host.Tests.Deployment;

namespace Notify.Host.Tests.Monitoring;

/// <summary>The rules, dashboards and runbooks of <c>samples/monitoring</c>.</summary>
internal static partial class MonitoringFiles
{
    /// <summary>Functions, keywords and labels that stand where a metric could stand.</summary>
    private static readonly string[] Prefixes = ["notify", "http", "kestrel", "dotnet", "aspnetcore"];

    public static string Folder { get; } = ComposeFile.GetPath("samples/monitoring");

    /// <summary>The rules of a file, in the order of the file.</summary>
    public static IEnumerable<JsonNode> ReadRules(string file) =>
        Yaml.Read(File.ReadAllText(Path.Combine(Folder, "prometheus", file)))
            .Single()
            .At("groups")!
            .AsArray()
            .SelectMany(group => group!.At("rules")!.AsArray())!;

    /// <summary>Every PromQL expression, with the file that contains it.</summary>
    public static IEnumerable<(string File, string Query)> ReadQueries() =>
        from file in new[] { "recording-rules.yml", "alerts.yml" }
        from rule in ReadRules(file)
        select (file, rule.Text("expr"));

    public static IEnumerable<(string File, string Query)> ReadDashboardQueries() =>
        from file in Directory.EnumerateFiles(Path.Combine(Folder, "grafana"), "*.json")
        from panel in JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        select (Path.GetFileName(file), target!["expr"]!.GetValue<string>());

    /// <summary>Returns the names of the metrics in a query; those of recording rules contain a colon.</summary>
    public static IEnumerable<string> GetMetrics(string query) =>
        from name in Name().Matches(Matchers().Replace(query, " ")).Select(match => match.Value)
        where name == "up" || name.Contains(':', StringComparison.Ordinal) || Prefixes.Contains(name.Split('_')[0])
        select name;

    /// <summary>Returns the metrics of a query with the labels and values that the query requires of each.</summary>
    public static IEnumerable<(string Metric, string Label, string Value)> GetMatchers(string query) =>
        from selector in Selector().Matches(query)
        from matcher in Matcher().Matches(selector.Groups["matchers"].Value)
        select (selector.Groups["metric"].Value, matcher.Groups["label"].Value, matcher.Groups["value"].Value);

    /// <summary>Returns the labels by which a query groups.</summary>
    public static IEnumerable<string> GetGroupings(string query) =>
        from grouping in Grouping().Matches(query)
        from label in grouping.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)
        select label;

    /// <summary>Returns the fields of log messages that the index template and the saved objects of Kibana name.</summary>
    public static IEnumerable<string> ReadLogFields()
    {
        var template = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "elasticsearch", "index-template.json")))!;
        var mapped = template["template"]!["mappings"]!["properties"]!["attributes"]!["properties"]!.AsObject();
        var saved = File.ReadAllText(Path.Combine(Folder, "kibana", "notify.ndjson"));
        return mapped.Select(field => field.Key).Concat(Field().Matches(saved).Select(match => match.Groups[1].Value));
    }

    // Groupings name labels, which are not metrics.
    [GeneratedRegex(
        """ \{[^}]*\}|\[[^\]]*\]|\b(by|on|without|ignoring)\s*\([^)]*\)|"[^"]*" """,
        RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\bby\s*\((?<labels>[^)]+)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\battributes\.(\w+)")]
    private static partial Regex Field();

    [GeneratedRegex("[a-z_][a-zA-Z0-9_:]*")]
    private static partial Regex Name();

    [GeneratedRegex("""(?<metric>[a-z_][a-zA-Z0-9_:]*)\{(?<matchers>[^}]*)\}""")]
    private static partial Regex Selector();

    [GeneratedRegex(""" (?<label>[a-z_]+)=~?"(?<value>[^"]*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Matcher();
}
