using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>
/// Floods of connections against the reference host with its default limits. The limits are counted; the memory has a wide bound.
/// The large forms are the scenario <c>flood</c> of the bench.
/// </summary>
public sealed class FloodTests
{
    private const long MaxGrowth = 150_000_000;

    [Fact]
    public async Task A_thousand_event_streams_that_are_not_read()
    {
        const int Allowed = 20;
        const int Events = 2_000;
        using var folder = new TemporaryFolder();
        var (process, client) = await StartAsync(folder);
        await using var host = process;
        using var asking = client;
        var before = await ReadMemoryAsync(client);

        await using var flood = await Flood.OpenAsync(client.BaseAddress!, 1_000, GetRequest(client, "/v1/events", "\r\n"));
        await Eventually.TrueAsync(() => flood.CountEnded() == 1_000, "an answer for each stream");
        var statuses = (await flood.ReadStatusesAsync()).CountBy(status => status).ToDictionary();
        for (var i = 0; i < Events / 1_000; i++)
            await TriggerAsync(client, recipients: 1_000);

        Assert.Equal(Allowed, statuses["HTTP/1.1 200"]);
        Assert.Equal(1_000 - Allowed, statuses["HTTP/1.1 429"]);
        Assert.InRange(await ReadMemoryAsync(client) - before, long.MinValue, MaxGrowth);
        await Eventually.TrueAsync(async () => await CountSentAsync(client) == Events, "everything to be sent meanwhile");
    }

    [Fact]
    public async Task Half_open_requests_beyond_the_servers_connections()
    {
        const int Allowed = 2_000;
        const int Opened = 2_500;
        using var folder = new TemporaryFolder();
        var (process, client) = await StartAsync(folder, "--Notify:MaxConnections", $"{Allowed}");
        await using var host = process;
        // Its one connection is open before the others and stays so.
        using var asking = client;
        var before = await ReadMemoryAsync(client);
        var text = GetRequest(client, "/v1/notifications", $"X-Filler: {new string('x', 4_000)}");

        await using (var flood = await Flood.OpenAsync(client.BaseAddress!, Opened, text))
        {
            await Eventually.TrueAsync(() => flood.CountEnded() > Opened - Allowed, "connections beyond the limit to be closed");
            Assert.InRange(await ReadMemoryAsync(client) - before, long.MinValue, MaxGrowth);
        }

        using var others = new HttpClient { BaseAddress = client.BaseAddress };
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await others.GetAsync("/health/live")).StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "others to be answered again"
        );
    }

    [Fact]
    public async Task Bodies_that_never_arrive()
    {
        const int Allowed = 1_000;
        const int Opened = 1_500;
        using var folder = new TemporaryFolder();
        var (process, client) = await StartAsync(folder);
        await using var host = process;
        using var asking = client;
        var before = await ReadMemoryAsync(client);
        var body = $"Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{new string(' ', 10_000)}";

        await using var flood = await Flood.OpenAsync(
            client.BaseAddress!,
            Opened,
            GetRequest(client, "/v1/notifications", body, "POST")
        );
        await Eventually.TrueAsync(() => flood.CountEnded() >= Opened - Allowed, "the requests beyond the limit to be refused");
        var statuses = await flood.ReadStatusesAsync();

        Assert.Equal(Opened - Allowed, statuses.Count(status => status == "HTTP/1.1 503"));
        Assert.InRange(await ReadMemoryAsync(client) - before, long.MinValue, MaxGrowth);
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        TemporaryFolder folder,
        params string[] settings
    ) => SampleProcess.StartHostAsync(folder.Path, null, ["--urls", $"http://127.0.0.1:{FreePort.Next()}", .. settings]);

    private static string GetRequest(HttpClient client, string path, string rest, string method = "GET") =>
        $"{method} {path} HTTP/1.1\r\nHost: {client.BaseAddress!.Authority}\r\n{rest}";

    private static async Task TriggerAsync(HttpClient client, int recipients)
    {
        using var response = await client.PostAsJsonAsync(
            "/v1/notifications",
            new
            {
                to = Enumerable.Range(0, recipients).Select(i => new { email = $"customer-{i}@example.org" }),
                content = new { title = "Hello", body = "It was shipped." },
            }
        );
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private static async Task<long> CountSentAsync(HttpClient client) =>
        (await client.GetStringAsync("/metrics"))
            .Split('\n')
            .Where(line => line.StartsWith("notify_deliveries_settled_total{", StringComparison.Ordinal))
            .Sum(ReadValue);

    /// <summary>Reads what the process holds of the machine's memory.</summary>
    private static async Task<long> ReadMemoryAsync(HttpClient client) =>
        (await client.GetStringAsync("/metrics"))
            .Split('\n')
            .Where(line => line.StartsWith("dotnet_process_memory_working_set_bytes{", StringComparison.Ordinal))
            .Sum(ReadValue);

    private static long ReadValue(string line) =>
        (long)
            double.Parse(
                line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0],
                CultureInfo.InvariantCulture
            );
}
