using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Notify.Delivering;
using Notify.Testing;

namespace Notify.Hosting.Tests;

/// <summary>What Prometheus reads of a process.</summary>
public sealed partial class MetricsTests
{
    private const string Trigger = """{"to":{"email":"ada@example.org"},"content":{"body":"Text"}}""";

    [Fact]
    public async Task Every_line_is_in_the_format_and_counts_what_was_sent()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(Mail("metrics-mail", Outcome.Accepted()));
        for (var i = 0; i < 3; i++)
            (await app.TriggerAsync(Trigger)).Dispose();

        var text = await Eventually.FindAsync(
            async () =>
                await app.Client.GetStringAsync("/metrics") is var read
                && ValueOf(read, """notify_deliveries_settled_total{channel="email",provider="metrics-mail",state="accepted"}""")
                    == 3
                    ? read
                    : null,
            "three deliveries to be counted"
        );

        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Line(), line));
        Assert.Equal(
            3,
            ValueOf(text, """notify_attempt_duration_seconds_count{channel="email",provider="metrics-mail",outcome="accepted"}""")
        );
        Assert.Equal(
            3,
            ValueOf(
                text,
                """notify_attempt_duration_seconds_bucket{channel="email",provider="metrics-mail",outcome="accepted",le="+Inf"}"""
            )
        );
        Assert.True(ValueOf(text, """notify_store_commit_size_count{store="sqlite"}""") > 0);
        Assert.DoesNotContain("ada@example.org", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_is_the_queues_depth()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(Mail("depth-mail", Outcome.Retry("busy")));
        (await app.TriggerAsync(Trigger)).Dispose();

        var text = await app.Client.GetStringAsync("/metrics");
        Assert.Equal(1, ValueOf(text, """notify_queue_depth{provider="depth-mail",priority="normal"}"""));
        Assert.Equal(0, ValueOf(text, """notify_queue_depth{provider="depth-mail",priority="high"}"""));
    }

    [Fact]
    public async Task Buckets_count_all_up_to_their_bound_and_a_state_is_not_added_up()
    {
        using var meter = new Meter("Notify");
        await using var app = await ApiApplication.StartAsync();
        meter.CreateObservableGauge("test.state", () => 7);
        var sizes = meter.CreateHistogram<long>("test.sizes");
        foreach (var size in (long[])[1, 2, 3, 5_000])
            sizes.Record(size, new KeyValuePair<string, object?>("notify.kind", "a \"b\" \\ c\nd"));

        await app.Client.GetStringAsync("/metrics");
        var text = await app.Client.GetStringAsync("/metrics");

        const string Kind = "kind=\"a \\\"b\\\" \\\\ c\\nd\"";
        foreach (var (bound, count) in ((string, double)[])[("1", 1), ("2", 2), ("4", 3), ("8", 3), ("2048", 3), ("+Inf", 4)])
            Assert.Equal(count, ValueOf(text, $"test_sizes_bucket{{{Kind},le=\"{bound}\"}}"));
        Assert.Equal(5_006, ValueOf(text, $"test_sizes_sum{{{Kind}}}"));
        Assert.Equal(4, ValueOf(text, $"test_sizes_count{{{Kind}}}"));
        Assert.Equal(7, ValueOf(text, "test_state"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_store_a_process_still_tells_what_it_measured(bool stuck)
    {
        var store = new CountingQueue { Stuck = stuck, Failure = stuck ? null : new IOException("disk full") };
        await using var app = await ApiApplication.StartAsync(services: store.Watch);

        var text = await app.Client.GetStringAsync("/metrics");

        Assert.DoesNotContain("notify_queue_depth", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_cpu_time_seconds_total", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_scrapes_it_with_the_api_key()
    {
        using var folder = new TemporaryFolder();
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add("scrape-key"));
        var port = FreePort.Next();
        await File.WriteAllTextAsync(
            folder.File("prometheus.yml"),
            $"""
            global:
              scrape_interval: 1s
            scrape_configs:
              - job_name: notify
                authorization:
                  credentials: scrape-key
                static_configs:
                  - targets: ['{app.Client.BaseAddress!.Authority}']
            """
        );
        await using var prometheus = ServerProcess.Start(
            ServerProcess.Find("prometheus"),
            [
                $"--config.file={folder.File("prometheus.yml")}",
                $"--storage.tsdb.path={folder.File("data")}",
                $"--web.listen-address=127.0.0.1:{port}",
            ]
        );
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        await Eventually.TrueAsync(async () => await QueryAsync(client, """up{job="notify"}""") == 1, "a scrape without a fault");
        Assert.True(await QueryAsync(client, "dotnet_process_memory_working_set_bytes") > 1_000_000);
    }

    private static ScriptedProvider Mail(string name, Outcome outcome) => new(name, Channel.Email, _ => outcome);

    private static double? ValueOf(string text, string series) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture)
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
        """^(# (HELP|TYPE) [a-z_:][a-z0-9_:]* .+|[a-z_:][a-z0-9_:]*(\{[a-z_]+="(\\.|[^"\\\n])*"(,"""
            + """[a-z_]+="(\\.|[^"\\\n])*")*\})? -?[0-9.E+-]+)$""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Line();
}
