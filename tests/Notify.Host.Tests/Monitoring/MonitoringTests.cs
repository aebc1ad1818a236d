using System.Text.RegularExpressions;
using Notify.Host.Tests.Deployment;
using Notify.TestSupport;

namespace Notify.Host.Tests.Monitoring;

/// <summary>Tests the rules, alerts and dashboards that the sample offers, with Prometheus' own tool.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Rules = Path.Combine(MonitoringFiles.Folder, "prometheus");

    /// <summary>The values of the labels that have a fixed set of them.</summary>
    private static readonly Dictionary<string, string[]> KnownValues = new()
    {
        ["state"] = ["pending", "sent", "dead_letter", "cancelled"],
        ["outcome"] = ["sent", "retry", "answer_lost", "rejected", "recipient_gone", "published", "lost"],
        ["role"] = ["gateway", "auth", "notifications", "devices", "processor", "delivery", "retry", "analytics", "batch"],
        ["le"] = ["60"],
        ["job"] = ["notify"],
        ["namespace"] = ["$namespace"],
    };

    [Fact]
    public async Task The_rules_and_the_scrape_configuration_are_valid()
    {
        await RunAsync("check", "rules", "recording-rules.yml", "alerts.yml");
        await RunAsync("check", "config", "prometheus.yml");
    }

    [Fact]
    public async Task Every_alert_fires_when_its_condition_arises_and_not_otherwise() =>
        await RunAsync("test", "rules", "alerts.test.yml");

    [Fact]
    public void Every_alert_has_a_test_in_which_it_fires_one_in_which_it_does_not_and_a_runbook()
    {
        var tests = Yaml.Read(File.ReadAllText(Path.Combine(Rules, "alerts.test.yml")))
            .Single()
            .At("tests")!
            .AsArray()
            .SelectMany(test => test!.At("alert_rule_test")!.AsArray())
            .ToLookup(test => test!.Text("alertname"), test => test!.At("exp_alerts")!.AsArray().Count);

        Assert.All(MonitoringFiles.ReadRules("alerts.yml"), alert =>
        {
            var name = alert.Text("alert");
            Assert.Contains(0, tests[name]);
            Assert.Contains(1, tests[name]);
            var runbook = File.ReadAllText(ComposeFile.GetPath(alert.Text("annotations", "runbook")));
            Assert.Contains($"`{name}`", runbook, StringComparison.Ordinal);
            Assert.Contains(alert.Text("labels", "severity"), (string[])["page", "ticket"]);
        });
    }

    [Fact]
    public void Every_recorded_series_that_is_used_is_recorded()
    {
        var recorded = MonitoringFiles.ReadRules("recording-rules.yml").Select(rule => rule.Text("record")).ToHashSet();

        Assert.All(MonitoringFiles.ReadQueries().Concat(MonitoringFiles.ReadDashboardQueries()), query =>
            Assert.All(
                MonitoringFiles.GetMetrics(query.Query).Where(name => name.Contains(':', StringComparison.Ordinal)),
                name => Assert.Contains(name, recorded)
            )
        );
    }

    [Fact]
    public void Queries_use_only_metrics_of_the_reference_with_their_labels_and_values()
    {
        var documented = ReadReference();
        string[] always = ["namespace", "role", "job", "instance"];

        Assert.All(MonitoringFiles.ReadQueries().Concat(MonitoringFiles.ReadDashboardQueries()), query =>
        {
            Assert.All(
                MonitoringFiles.GetMetrics(query.Query).Where(name => name.StartsWith("notify_", StringComparison.Ordinal)),
                name => Assert.Contains(name, documented.Keys)
            );
            Assert.All(MonitoringFiles.GetMatchers(query.Query), matcher =>
            {
                if (documented.TryGetValue(matcher.Metric, out var labels))
                    Assert.Contains(matcher.Label, labels.Concat(always));
                Assert.All(matcher.Value.Split('|'), value => Assert.Contains(value, KnownValues[matcher.Label]));
            });
        });
    }

    /// <summary>The page of log events is generated from the code, and contains each message with its fields.</summary>
    [Fact]
    public void Fields_of_logs_that_Elasticsearch_and_Kibana_use_are_those_of_messages()
    {
        var events = File.ReadAllText(ComposeFile.GetPath("docs/reference/log-events.md"));
        var fields = MonitoringFiles.ReadLogFields().ToArray();

        Assert.NotEmpty(fields);
        Assert.All(fields, field => Assert.Contains($"{{{field}}}", events, StringComparison.Ordinal));
    }

    /// <summary>Reads the names in the Prometheus format and the labels of all metrics from the page that lists them.</summary>
    private static Dictionary<string, string[]> ReadReference()
    {
        var metrics = new Dictionary<string, string[]>();
        foreach (Match row in Row().Matches(File.ReadAllText(ComposeFile.GetPath("docs/reference/metrics.md"))))
        {
            var name = row.Groups["name"].Value.Replace('.', '_') + (row.Groups["unit"].Value == "seconds" ? "_seconds" : "");
            var labels = Code().Matches(row.Groups["tags"].Value).Select(tag => tag.Groups[1].Value).ToArray();
            if (row.Groups["kind"].Value == "counter")
                metrics.Add(name + "_total", labels);
            else if (row.Groups["kind"].Value == "gauge")
                metrics.Add(name, labels);
            else
            {
                foreach (var suffix in new[] { "_bucket", "_count", "_sum" })
                    metrics.Add(name + suffix, [.. labels, "le"]);
            }
        }

        return metrics;
    }

    private static Task<string> RunAsync(params string[] arguments) =>
        Command.RunAsync(Rules, ServerProcess.Find("promtool"), arguments);

    [GeneratedRegex(
        """^\| `(?<name>notify[a-z.]+)` \| (?<kind>\w+) \| (?<unit>[^|]*) \| (?<tags>[^|]*) \|""",
        RegexOptions.Multiline
    )]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z]+)`")]
    private static partial Regex Code();
}
