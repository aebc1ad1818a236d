using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Notify.Engines;
using Notify.FakeGateways;
using Notify.Host.Tests.Monitoring;
using Notify.Host.Tests.Telemetry;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>
/// Runs the roles of the Helm chart as processes on this machine, each with exactly the environment that the chart renders for
/// it, after the Job that migrates the schema.
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

    /// <summary>Metrics that appear only once something has gone wrong.</summary>
    private static readonly string[] WithoutCause = ["notify_devices_pruned_total", "notify_transport_refused_total"];

    private int _calls;

    [Fact]
    public async Task Every_role_becomes_ready_and_does_its_work_in_one_trace_and_is_scraped()
    {
        await using var engines = await Engines.StartAsync(postgres, kafka);
        await using var vendor = await GatewayServer.StartAsync(ReceiveAsync, tls: false);
        await using var collector = await OtlpReceiver.StartAsync();
        var manifests = await Helm.TemplateAsync(CreateValues(engines, collector));
        await MigrateAsync(manifests);
        RenderedRole[] roles = [.. RenderedRole.Names.Select(name => new RenderedRole(manifests, name))];
        var hosts = new List<RunningHost>();
        try
        {
            hosts.AddRange(roles.Select(role => new RunningHost(role.Environment())));
            await Task.WhenAll(roles.Zip(hosts, WaitForProbesAsync));

            using var client = CreateClient(roles.Single(role => role.Name == "gateway"));
            var webhook = new Uri(vendor.Address, "hooks/ada");
            await SubscribeAsync(client, webhook);
            var (direct, broadcast) = (CreateTrace(), CreateTrace());
            var now = DateTimeOffset.UtcNow;
            await client.WaitUntilSentAsync(await TriggerAsync(client, new { webhook }, now, direct));
            await client.WaitUntilSentAsync(await TriggerAsync(client, new { topic = "news" }, now, broadcast));
            await TriggerAsync(client, new { webhook }, now.AddHours(1), CreateTrace());
            await Eventually.TrueAsync(
                async () =>
                    (await client.GetStringAsync("/v1/analytics/deliveries")).Contains("\"hooks", StringComparison.Ordinal),
                "the count of what was sent"
            );

            await CheckMetricsAsync(roles);
            await CheckQueriesAsync(roles);
            Assert.All(await Task.WhenAll(hosts.Select(host => host.StopAsync())), exitCode => Assert.Equal(0, exitCode));
            Assert.Equal(2, Volatile.Read(ref _calls));
            CheckTrace(collector, direct, isToTopic: false);
            CheckTrace(collector, broadcast, isToTopic: true);
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    /// <summary>Runs the Job as Helm does before it creates anything else.</summary>
    private static async Task MigrateAsync(IReadOnlyList<JsonNode> manifests)
    {
        var job = manifests.Single(manifest => manifest.Text("kind") == "Job");
        Assert.Contains("pre-install", job.Text("metadata", "annotations", "helm.sh/hook"), StringComparison.Ordinal);
        var container = job.At("spec", "template", "spec", "containers", "0")!;
        using var folder = new TemporaryFolder();
        await using var process = SampleProcess.Start(
            "Notify.Host",
            folder.Path,
            RenderedRole.ReadEnvironment(manifests, container),
            [.. container.Items("args").Select(argument => $"{argument}")]
        );
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, process.Output);
    }

    private static object CreateValues(Engines engines, OtlpReceiver collector) =>
        new
        {
            postgresql = new { connectionString = $"{engines.PostgreSql};Password=$(POSTGRESQL_PASSWORD)" },
            redis = new { connectionString = engines.Redis.Address },
            kafka = new { bootstrapServers = engines.Kafka },
            secrets = new Dictionary<string, object>
            {
                ["Notify__ApiKey"] = new { value = ApiKey },
                ["Notify__Providers__hooks__Secret"] = new { value = $"whsec_{Convert.ToBase64String(new byte[32])}" },
                ["POSTGRESQL_PASSWORD"] = new { value = "trusted-anyway" },
            },
            settings = new
            {
                // Only Kafka can bring a delivery in time, because it falls due in the store much later.
                Kafka = new { engines.TopicPrefix, HandOverTime = "00:10:00" },
                Providers = new { hooks = new { Type = "webhook", AllowPrivateNetworks = true } },
            },
            telemetry = new { otlpEndpoint = collector.GrpcAddress },
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
        await client.WaitUntilReadyAsync();
    }

    /// <summary>
    /// Checks that each process on the way of the notification to the vendor has a span in its trace. A notification to a user
    /// goes from its acceptance over Kafka to the role delivery. One to a topic is expanded by the processor, and then falls due
    /// in the store for delivery and retry.
    /// </summary>
    private static void CheckTrace(OtlpReceiver collector, string trace, bool isToTopic)
    {
        var spans = collector.Spans.Where(span => span.Trace == trace).ToArray();
        var trigger = Find("notify.trigger", "notifications");
        var received = Find("POST /v1/notifications", "notifications");
        var forwarded = spans.SingleOrDefault(span => span.Id == received.Parent && span.Service == "shop-notify-gateway");
        var attempt = isToTopic ? Find("notify.attempt", "delivery", "retry") : Find("notify.attempt", "delivery");
        Assert.Equal(received.Id, trigger.Parent);
        Assert.Contains(spans, span => span.Id == forwarded?.Parent && span.Service == "shop-notify-gateway");
        Assert.Equal(trigger.Id, attempt.Parent);
        if (isToTopic)
            Assert.Equal(trigger.Id, Find("notify.expand", "processor").Parent);

        Span Find(string name, params string[] roles) =>
            spans.SingleOrDefault(span => span.Name == name && roles.Any(role => span.Service == $"shop-notify-{role}"))
            ?? throw new InvalidOperationException($"No {name} of {roles[0]}: {string.Join('\n', spans.AsEnumerable())}");
    }

    private static string CreateTrace() => ActivityTraceId.CreateRandom().ToHexString();

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

    /// <summary>Checks that the roles export each metric that a rule or a dashboard names, with its labels.</summary>
    private static async Task CheckQueriesAsync(RenderedRole[] roles)
    {
        using var client = new HttpClient();
        var pages = await Task.WhenAll(roles.Select(role => client.GetStringAsync(GetMetricsAddress(role))));
        var exported = new ExportedMetrics(pages);
        var queries = MonitoringFiles.ReadQueries().Concat(MonitoringFiles.ReadDashboardQueries());

        Assert.Empty(
            from query in queries
            from missing in exported.FindMissing(query.Query, WithoutCause)
            select $"{query.File}: {missing} in {query.Query}"
        );
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

    private static async Task SubscribeAsync(HttpClient client, Uri webhook)
    {
        using var saved = await client.PutAsJsonAsync("/v1/users/ada", new { addresses = new { webhook } });
        using var subscribed = await client.PostAsJsonAsync("/v1/topics/news/subscribers", new { users = new[] { "ada" } });
        Assert.All([saved, subscribed], answer => Assert.True(answer.IsSuccessStatusCode, $"{answer}"));
    }

    private static async Task<Uri> TriggerAsync(HttpClient client, object to, DateTimeOffset sendAt, string trace)
    {
        var trigger = new
        {
            to,
            content = new { body = "Text" },
            sendAt,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Content = JsonContent.Create(trigger),
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01" } },
        };
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return answer.Headers.Location!;
    }

    private Task ReceiveAsync(HttpContext context)
    {
        Interlocked.Increment(ref _calls);
        return Task.CompletedTask;
    }
}
