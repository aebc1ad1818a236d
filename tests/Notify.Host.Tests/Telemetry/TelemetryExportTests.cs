using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Notify.Engines;
using Notify.FakeGateways;
using Notify.TestSupport;

namespace Notify.Host.Tests.Telemetry;

/// <summary>Tests what an OpenTelemetry collector receives from the reference host.</summary>
public sealed class TelemetryExportTests(PostgreSqlServer postgres, SharedKafkaCluster kafka)
{
    private const string Token = "unspeakable-token-of-a-device";
    private const string User = "unspeakable-user";
    private const string Path = "/hooks/unspeakable-path";
    private const string GonePath = "/hooks/unspeakable-and-gone";
    private const string Body = "Unspeakable body";

    private readonly ConcurrentQueue<string> _called = new();

    [Fact]
    public async Task One_trace_leads_from_the_request_through_the_store_and_the_broker_to_another_processs_vendor_call()
    {
        using var folder = new TemporaryFolder();
        var database = await postgres.CreateDatabaseAsync();
        var (brokers, prefix) = await kafka.GetAsync();
        await using var vendor = await GatewayServer.StartAsync(TakeAsync, tls: false);
        await using var receiver = await OtlpReceiver.StartAsync();
        // Only the brokers can bring the delivery to the other process in time, because in the store it becomes due much later.
        var shared = new Dictionary<string, string>
        {
            ["Notify__PostgreSql"] = database,
            ["Notify__Kafka"] = brokers.BootstrapServers,
            ["Notify__Kafka__TopicPrefix"] = prefix,
            ["Notify__Kafka__HandOverTime"] = "00:10:00",
        };
        var (api, client) = await StartAsync("api", folder, shared, receiver.GrpcAddress, "grpc");
        await using var first = api;
        var (sender, _) = await StartAsync("delivery", folder, shared, receiver.HttpAddress, "http/protobuf");
        await using var second = sender;

        await UseUnspeakablePathsAsync(client, new Uri(vendor.Address, GonePath).ToString());
        var trace = await TriggerAsync(client, new { webhook = new Uri(vendor.Address, Path).ToString() });
        await TriggerAsync(client, new { webhook = $"http://127.0.0.1:{FreePort.Next()}{Path}" });
        await TriggerAsync(client, new { user = User });

        var attempt = await SpanAsync(receiver, "notify-delivery", "Notify", span => span.Trace == trace);
        var trigger = await SpanAsync(receiver, "notify-api", "Notify", span => span.Id == attempt.Parent);
        var stored = await SpanAsync(receiver, "notify-api", "Npgsql", span => span.Parent == trigger.Id);
        var request = await SpanAsync(receiver, "notify-api", "Microsoft.AspNetCore", span => span.Id == trigger.Parent);
        Assert.Equal("POST /v1/notifications", request.Name);
        Assert.Equal(("notify.trigger", "notify.attempt"), (trigger.Name, attempt.Name));
        Assert.All([trigger, stored, request], span => Assert.Equal(trace, span.Trace));
        Assert.Contains(Path, _called);

        await MetricAsync(receiver, "notify-api", "notify.notifications");
        await MetricAsync(receiver, "notify-api", "http.server.request.duration");
        await MetricAsync(receiver, "notify-delivery", "notify.attempt.duration");
        await Eventually.TrueAsync(
            () =>
                receiver
                    .GetLogs("notify-delivery")
                    .Any(log => log.EndsWith("provider hooks reported that it is gone", StringComparison.Ordinal)),
            "the log of the address that is gone"
        );
        foreach (var process in new[] { api, sender })
        {
            process.Terminate();
            await process.WaitForExitAsync();
        }

        Assert.DoesNotContain("unspeakable", receiver.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(receiver.Spans, span => span.Name.Contains("/health/", StringComparison.Ordinal));
        Assert.DoesNotContain(receiver.Spans, span => span.Source == "Npgsql" && span.Parent.Length == 0);
    }

    private Task TakeAsync(HttpContext context)
    {
        _called.Enqueue(context.Request.Path);
        if (context.Request.Path == GonePath)
            context.Response.StatusCode = StatusCodes.Status410Gone;
        return Task.CompletedTask;
    }

    private static async Task UseUnspeakablePathsAsync(HttpClient client, string webhook)
    {
        using var saved = await client.PutAsJsonAsync($"/v1/users/{User}", new { addresses = new { webhook } });
        using var registered = await client.PutAsJsonAsync(
            $"/v1/users/{User}/devices/{Token}",
            new { token = Token, platform = "android" }
        );
        using var unsubscribed = await client.PostAsync($"/v1/unsubscribe/{Token}", null);
        await client.WaitUntilReadyAsync();
        Assert.All([saved, registered], answer => Assert.True(answer.IsSuccessStatusCode));
    }

    /// <summary>Triggers a notification within a trace and returns the id of the trace, which the host continues.</summary>
    private static async Task<string> TriggerAsync(HttpClient client, object to)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Content = JsonContent.Create(new { to, content = new { title = Body, body = Body } }),
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01" } },
        };
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return trace;
    }

    private static Task<Span> SpanAsync(OtlpReceiver receiver, string service, string source, Func<Span, bool> isIt)
    {
        return Eventually.FindAsync(
            () => Task.FromResult(receiver.Spans.FirstOrDefault(Matches)),
            $"a span of {source} from {service}"
        );

        bool Matches(Span span) => span.Service == service && span.Source == source && isIt(span);
    }

    private static Task MetricAsync(OtlpReceiver receiver, string service, string name) =>
        Eventually.TrueAsync(() => receiver.GetMetrics(service).Contains(name), $"{name} from {service}");

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        string role,
        TemporaryFolder folder,
        Dictionary<string, string> shared,
        string address,
        string protocol
    ) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            new(shared)
            {
                ["Notify__Roles"] = role,
                ["Notify__Providers__hooks__Type"] = "webhook",
                ["Notify__Providers__hooks__Secret"] = $"whsec_{Convert.ToBase64String(new byte[32])}",
                ["Notify__Providers__hooks__AllowPrivateNetworks"] = "true",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
                ["OTEL_SERVICE_NAME"] = $"notify-{role}",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
            },
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
}
