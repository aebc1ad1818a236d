using System.Net;
using System.Net.Http.Json;
using Notify.Engines;
using Notify.Testing;

namespace Notify.Host.Tests.Deployment;

/// <summary>
/// Runs the roles of the Helm chart as processes on this machine, each with exactly the environment that the chart renders for
/// it.
/// </summary>
public sealed class DeployedChartTests(PostgreSqlServer postgres, SharedKafkaCluster kafka)
{
    private const string ApiKey = "a-key-of-the-api";

    private static readonly (string Role, string Metric)[] Measured =
    [
        .. RenderedRole.Names.Select(role => (role, "notify_queue_depth")),
        ("notifications", "notify_notifications_total"),
        ("notifications", "notify_store_commit_size_count"),
        ("notifications", "notify_transport_hints_total"),
        ("delivery", "notify_attempt_duration_seconds_count{outcome=\"sent\"}"),
        ("delivery", "notify_deliveries_settled_total{state=\"sent\"}"),
        ("delivery", "notify_delivery_duration_seconds_count"),
        ("delivery", "notify_store_commit_size_count"),
        ("delivery", "notify_transport_lag"),
    ];

    [Fact]
    public async Task Every_role_becomes_ready_does_its_work_and_is_scraped()
    {
        await using var engines = await Engines.StartAsync(postgres, kafka);
        var manifests = await Helm.TemplateAsync(ValuesFor(engines));
        RenderedRole[] roles = [.. RenderedRole.Names.Select(name => new RenderedRole(manifests, name))];
        var hosts = new List<RunningHost>();
        try
        {
            hosts.AddRange(roles.Select(role => new RunningHost(role.Environment())));
            await Task.WhenAll(roles.Zip(hosts, WaitForProbesAsync));

            using var client = CreateClient(roles.Single(role => role.Name == "gateway"));
            var sent = await TriggerAsync(client, DateTimeOffset.UtcNow);
            await TriggerAsync(client, DateTimeOffset.UtcNow.AddHours(1));
            await client.WaitUntilSentAsync(sent);
            using var reader = CreateClient(roles.Single(role => role.Name == "gateway"));
            await Eventually.TrueAsync(
                async () =>
                    (await reader.GetStringAsync("/v1/analytics/deliveries")).Contains("\"sandbox", StringComparison.Ordinal),
                "the count of what was sent"
            );

            await CheckMetricsAsync(roles);
            Assert.All(await Task.WhenAll(hosts.Select(host => host.StopAsync())), exitCode => Assert.Equal(0, exitCode));
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    private static object ValuesFor(Engines engines) =>
        new
        {
            postgresql = new { connectionString = $"{engines.PostgreSql};Password=$(POSTGRESQL_PASSWORD)" },
            redis = new { connectionString = engines.Redis.Address },
            kafka = new { bootstrapServers = engines.Kafka },
            secrets = new Dictionary<string, object>
            {
                ["Notify__ApiKey"] = new { value = ApiKey },
                ["POSTGRESQL_PASSWORD"] = new { value = "trusted-anyway" },
            },
            settings = new { Kafka = new { engines.TopicPrefix } },
            defaults = new { listenAddress = "127.0.0.1" },
            roles = RenderedRole.Names.ToDictionary(
                name => name,
                _ => new { ports = new { http = FreePort.Next(), management = FreePort.Next() } }
            ),
        };

    private static async Task WaitForProbesAsync(RenderedRole role, RunningHost host)
    {
        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            await host.WaitForAsync(role.Probe(probe), $"{probe} of {role.Name}");
        using var client = CreateClient(role);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
    }

    /// <summary>
    /// Checks that Prometheus finds all roles by the annotations of their pods, and that the autoscalers' rule finds queue_depth.
    /// </summary>
    private static async Task CheckMetricsAsync(RenderedRole[] roles)
    {
        await using var prometheus = new Prometheus(roles.ToDictionary(role => role.Name, GetMetricsAddress));
        foreach (var (role, metric) in Measured)
            await prometheus.WaitForAsync($"sum({Labelled(metric, role)})", _ => true);

        var adapter = await File.ReadAllTextAsync(ComposeFile.GetPath("samples/helm/prometheus-adapter.yaml"));
        var rule = Yaml.Read(adapter).Single().At("rules", "external", "0")!;
        Assert.Equal("queue_depth", rule.Text("name", "as"));
        Assert.NotNull(rule.At("resources", "overrides", "namespace"));
        await prometheus.WaitForAsync($"count({rule.Text("seriesQuery")})", count => count > 0);
        var query = rule.Text("metricsQuery").Replace("<<.LabelMatchers>>", "namespace=\"shop\"", StringComparison.Ordinal);
        await prometheus.WaitForAsync(query, depth => depth == 1);
    }

    private static string Labelled(string metric, string role) =>
        metric.EndsWith('}') ? $"{metric[..^1]},role=\"{role}\"}}" : $"{metric}{{role=\"{role}\"}}";

    private static Uri GetMetricsAddress(RenderedRole role)
    {
        var annotations = role.Pod.At("metadata", "annotations")!;
        Assert.Equal("true", annotations.Text("prometheus.io/scrape"));
        return new Uri($"http://127.0.0.1:{annotations.Text("prometheus.io/port")}{annotations.Text("prometheus.io/path")}");
    }

    private static HttpClient CreateClient(RenderedRole role) =>
        new()
        {
            BaseAddress = new Uri($"http://127.0.0.1:{role.Port("http")}"),
            DefaultRequestHeaders = { Authorization = new("Bearer", ApiKey) },
        };

    private static async Task<Uri> TriggerAsync(HttpClient client, DateTimeOffset sendAt)
    {
        var trigger = new
        {
            to = new { email = "ada@example.org" },
            content = new { body = "Text" },
            sendAt,
        };
        using var answer = await client.PostAsJsonAsync("/v1/notifications", trigger);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return answer.Headers.Location!;
    }
}
