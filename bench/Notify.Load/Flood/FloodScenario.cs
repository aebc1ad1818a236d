using System.Diagnostics;
using System.Net.Http.Json;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Flood;

/// <summary>
/// Connections that take from the reference host and give nothing: event streams that are not read while the host sends, and
/// then requests that never become whole. The streams are more than the default allows, so that what one costs is seen. The host
/// must keep sending, cut the connections off, and stay within its memory.
/// </summary>
internal static class FloodScenario
{
    public const string Name = "flood";

    private const double MaxMegabytes = 450;
    private const int Batch = 1_000;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var streams = arguments.Int32("streams", 1_000, min: 1);
        var halfOpen = arguments.Int32("half-open", 15_000, min: 1);
        var events = arguments.Int32("events", 50_000, min: Batch);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        await using var host = ReferenceHost.Start(folder.Path, address, "--Notify:MaxEventStreams", $"{streams}");
        await Eventually.TrueAsync(() => host.HasExited || host.Output.Contains("Notify is ready"), "the host to be ready");
        if (host.HasExited)
            throw new InvalidOperationException($"The host ended: {host.Output}");

        var result = await RunAsync(host.Id, address, streams, halfOpen, events);
        result.Print();
        return result.Passed ? 0 : 1;
    }

    private static async Task<FloodResult> RunAsync(int process, Uri address, int streams, int halfOpen, int events)
    {
        // Its one connection is open before the others and stays so.
        using var client = new HttpClient { BaseAddress = address };
        await TriggerAsync(client);
        var before = ReadMegabytes(process);

        var start = $"HTTP/1.1\r\nHost: {address.Authority}\r\n";
        await using var watching = await TestSupport.Flood.OpenAsync(address, streams, $"GET /v1/events {start}\r\n");
        var started = Stopwatch.GetTimestamp();
        var withStreams = 0.0;
        for (var sent = 0; sent < events; sent += Batch)
        {
            await TriggerAsync(client);
            withStreams = Math.Max(withStreams, ReadMegabytes(process));
        }

        var perSecond = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.Error.WriteLine($"  {streams} streams: {withStreams:0} MB");

        var text = $"POST /v1/notifications {start}X-Filler: {new string('x', 4_000)}";
        await using var waiting = await TestSupport.Flood.OpenAsync(address, halfOpen, text);
        var withHalfOpen = 0.0;
        await Eventually.TrueAsync(
            () =>
            {
                withHalfOpen = Math.Max(withHalfOpen, ReadMegabytes(process));
                return waiting.CountEnded() == halfOpen;
            },
            "every half-open request to be given up"
        );
        Console.Error.WriteLine($"  {halfOpen} half-open requests: {withHalfOpen:0} MB");

        using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return new FloodResult(
            streams + halfOpen,
            Math.Round(perSecond, 1),
            Math.Round(before, 1),
            Math.Round(withStreams, 1),
            Math.Round(withHalfOpen, 1),
            watching.CountEnded(),
            waiting.CountEnded(),
            answer.IsSuccessStatusCode && Math.Max(withStreams, withHalfOpen) <= MaxMegabytes
        );
    }

    private static async Task TriggerAsync(HttpClient client)
    {
        using var response = await client.PostAsJsonAsync(
            new Uri("/v1/notifications", UriKind.Relative),
            new
            {
                to = Enumerable.Range(0, Batch).Select(i => new { email = $"customer-{i}@example.org" }),
                content = new { title = "Your order", body = "It was shipped." },
            }
        );
        response.EnsureSuccessStatusCode();
    }

    private static double ReadMegabytes(int process) => ResidentMemory.Bytes(process) / 1e6;
}
