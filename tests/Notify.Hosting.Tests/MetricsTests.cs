using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests what Prometheus reads from the reference host.</summary>
public sealed partial class MetricsTests : IAsyncLifetime
{
    private const string Key = "scrape-key-0123456789";

    private readonly TemporaryFolder _folder = new();
    private readonly int _management = FreePort.Next();
    private ServerProcess _host = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var port = FreePort.Next();
        (_host, _client) = await SampleProcess.StartHostAsync(
            _folder.Path,
            new() { ["Notify__ApiKey"] = Key },
            "--urls",
            $"http://127.0.0.1:{port};http://127.0.0.1:{_management}",
            "--Notify:ManagementPort",
            $"{_management}"
        );
        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
    }

    [Fact]
    public async Task All_lines_are_in_the_Prometheus_format_and_count_what_was_sent()
    {
        for (var i = 0; i < 3; i++)
            await TriggerAsync(DateTimeOffset.UtcNow);
        for (var i = 0; i < 2; i++)
            await TriggerAsync(DateTimeOffset.UtcNow.AddHours(1));

        var text = await Eventually.FindAsync(
            async () =>
                await _client.GetStringAsync("/metrics") is var read
                && FindValue(read, "notify_deliveries_settled_total", "channel=\"email\"", "state=\"sent\"") == 3
                // The depth is read from the store from time to time.
                && FindValue(read, "notify_queue_depth", "priority=\"normal\"", "provider=\"sandbox-email\"") == 2
                    ? read
                    : null,
            "three deliveries to be counted, and two to wait"
        );

        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Line(), line));
        Assert.Equal(3, FindValue(text, "notify_attempt_duration_seconds_count", "channel=\"email\"", "outcome=\"sent\""));
        Assert.Equal(3, FindValue(text, "notify_attempt_duration_seconds_bucket", "outcome=\"sent\"", "le=\"+Inf\""));
        Assert.Equal(3, FindValue(text, "notify_attempt_duration_seconds_bucket", "outcome=\"sent\"", "le=\"3600\""));
        Assert.True(FindValue(text, "notify_store_commit_size_count", "store=\"sqlite\"") > 0);
        Assert.NotNull(FindValue(text, "notify_store_commit_size_bucket", "store=\"sqlite\"", "le=\"2048\""));
        Assert.Equal(0, FindValue(text, "notify_queue_depth", "priority=\"high\"", "provider=\"sandbox-email\""));
        Assert.True(FindValue(text, "dotnet_process_memory_working_set_bytes") > 1_000_000);
        Assert.DoesNotContain("ada@example.org", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_need_the_key_on_all_ports_except_the_management_port()
    {
        using var anonymous = new HttpClient();
        using var refused = await anonymous.GetAsync(new Uri(_client.BaseAddress!, "/metrics"));
        using var asked = await anonymous.GetAsync($"http://127.0.0.1:{_management}/metrics");
        using var head = await anonymous.SendAsync(new(HttpMethod.Head, $"http://127.0.0.1:{_management}/metrics"));
        using var query = await _client.GetAsync("/metrics?name=notify");

        await refused.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal("text/plain", asked.EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        await query.ProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Prometheus_can_scrape_with_the_api_key()
    {
        var port = FreePort.Next();
        await File.WriteAllTextAsync(
            _folder.File("prometheus.yml"),
            $"""
            global:
              scrape_interval: 1s
            scrape_configs:
              - job_name: notify
                authorization:
                  credentials: {Key}
                static_configs:
                  - targets: ['{_client.BaseAddress!.Authority}']
            """
        );
        await using var prometheus = ServerProcess.Start(
            ServerProcess.Find("prometheus"),
            [
                $"--config.file={_folder.File("prometheus.yml")}",
                $"--storage.tsdb.path={_folder.File("prometheus")}",
                $"--web.listen-address=127.0.0.1:{port}",
            ]
        );
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        await Eventually.TrueAsync(async () => await QueryAsync(client, """up{job="notify"}""") == 1, "a scrape without a fault");
        Assert.True(await QueryAsync(client, "dotnet_process_memory_working_set_bytes") > 1_000_000);
        Assert.Equal(0, await QueryAsync(client, """sum(notify_queue_depth{provider="sandbox-email"})"""));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    private async Task TriggerAsync(DateTimeOffset sendAt)
    {
        using var answer = await _client.PostAsJsonAsync(
            "/v1/notifications",
            new
            {
                to = new { email = "ada@example.org" },
                content = new { body = "Text" },
                sendAt,
            }
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>Returns the value of a metric's first sample that has all of these labels, or null.</summary>
    private static double? FindValue(string text, string metric, params string[] labels) =>
        text.Split('\n')
            .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line[metric.Length] is '{' or ' ')
            .FirstOrDefault(line => labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            is { } found
            ? double.Parse(
                found[(found.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0],
                CultureInfo.InvariantCulture
            )
            : null;

    private static async Task<double?> QueryAsync(HttpClient prometheus, string query)
    {
        try
        {
            using var answer = JsonDocument.Parse(
                await prometheus.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}")
            );
            var result = answer.RootElement.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0
                ? null
                : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return null; // It does not listen yet.
        }
    }

    [GeneratedRegex(
        """^(# (HELP|TYPE|UNIT) [a-z_:][a-z0-9_:]* .+|# EOF|"""
            + """[a-z_:][a-z0-9_:]*(\{[a-z_]+="(\\.|[^"\\\n])*"(,[a-z_]+="(\\.|[^"\\\n])*")*\})? """
            + """(-?[0-9.E+-]+|NaN|[+-]Inf)( [0-9]+)?)$""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Line();
}
