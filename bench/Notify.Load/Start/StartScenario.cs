using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Start;

/// <summary>
/// The time from the start of the reference host's process, on SQLite with the sandbox, until it has sent its first notification.
/// It is compared with the time until a minimal API endpoint answers its first request. Both are published as the image is. A
/// turn starts each five times, and the median counts. The first start on a new database, which also creates the tables, is in
/// the details.
/// </summary>
internal static class StartScenario
{
    public const string Name = "start";

    private const double MostRatio = 3;
    private const int Starts = 5;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();

        var host = await ReferenceHost.PublishAsync();
        var endpoint = await PublishedProgram.PublishAsync("MinimalApi");
        using var folder = new TemporaryFolder();
        var first = await StartHostAsync(host, folder.Path);
        var comparison = await Comparison.RunAsync(
            Name,
            pairs,
            () => MeasureAsync(() => StartHostAsync(host, folder.Path)),
            () => MeasureAsync(() => StartEndpointAsync(endpoint)),
            Figure.Median
        );
        var details = new Dictionary<string, double>
        {
            ["first_start_ms"] = Math.Round(first),
            ["endpoint_p50_ms"] = Math.Round(comparison.Median.Ceiling.P50),
            ["compiled_ahead_of_time"] = host.IsCompiled && endpoint.IsCompiled ? 1 : 0,
        };
        (comparison.AtMost(MostRatio) with { Details = details }).Print();
        return 0;
    }

    private static async Task<Turn> MeasureAsync(Func<Task<double>> start)
    {
        var waits = new List<double>();
        for (var i = 0; i < Starts; i++)
            waits.Add(await start());
        return Turn.FromWaits(waits, waits.Sum() / 1_000, allocatedBytes: 0);
    }

    private static async Task<double> StartHostAsync(PublishedProgram program, string data)
    {
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        var started = Stopwatch.GetTimestamp();
        await using var host = ReferenceHost.Start(program, data, address);
        return await SendAsync(host, address, started, isSent: true);
    }

    private static async Task<double> StartEndpointAsync(PublishedProgram program)
    {
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        var started = Stopwatch.GetTimestamp();
        await using var endpoint = program.Start("--urls", address.AbsoluteUri);
        return await SendAsync(endpoint, address, started, isSent: false);
    }

    /// <summary>Triggers as soon as the server answers, and waits until the notification is sent, or only accepted.</summary>
    private static async Task<double> SendAsync(ServerProcess server, Uri address, long started, bool isSent)
    {
        using var client = new HttpClient { BaseAddress = address };
        var trigger = new
        {
            to = new[] { new { email = "customer@example.org" } },
            content = new { title = "Your order", body = "It was shipped and will arrive tomorrow." },
        };
        var accepted = await AskAsync(server, () => client.PostAsJsonAsync("/v1/notifications", trigger));
        while (isSent && !await IsSentAsync(client, accepted))
            await Task.Delay(Poll);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<JsonElement> AskAsync(ServerProcess server, Func<Task<HttpResponseMessage>> ask)
    {
        while (!server.HasExited)
        {
            try
            {
                using var answer = await ask();
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadFromJsonAsync<JsonElement>();
            }
            catch (HttpRequestException exception) when (exception.StatusCode is null)
            {
                await Task.Delay(Poll);
            }
        }

        throw new InvalidOperationException($"The process exited: {server.Output}");
    }

    private static async Task<bool> IsSentAsync(HttpClient client, JsonElement accepted)
    {
        var timeline = await client.GetStringAsync(accepted.GetProperty("statusUrl").GetString());
        return timeline.Contains("\"state\":\"sent\"", StringComparison.Ordinal);
    }
}
