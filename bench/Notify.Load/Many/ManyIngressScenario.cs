using System.Globalization;
using Notify.Load.Embedded;
using Notify.Load.Hosts;
using Notify.Load.Ingress;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Many;

/// <summary>
/// A stream of triggers over HTTP, one per line, to a host process with SQLite that also sends them, until the last is settled.
/// Its ceiling is the same number of triggers from 64 concurrent callers in one process, as in <c>embedded</c>. Each line of a
/// stream has an idempotency key, which is a third row; the details show the ceiling with keys.
/// </summary>
internal static class ManyIngressScenario
{
    public const string Name = "many-ingress";

    private const int Callers = 64;
    private const double Reach = 0.8;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 100_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var port = HostProcess.FreePort();
        await using var server = await IngressServer.StartProcessAsync(
            port,
            ["--database", folder.File("stream.db"), "--workers", nameof(Workers.All), "--slots", $"{ManyEmbeddedScenario.Slots}"]
        );
        var streams = 0;
        var result = await Comparison.RunAsync(
            Name,
            pairs,
            () => StreamAsync(port, $"stream-{++streams}", count),
            () =>
                EmbeddedScenario.MeasureAsync(
                    folder,
                    application => application.SendAsync(count, Callers),
                    ManyEmbeddedScenario.Slots
                )
        );
        var withKeys = await EmbeddedScenario.MeasureAsync(
            folder,
            application => application.SendWithKeysAsync(count, Callers),
            ManyEmbeddedScenario.Slots
        );
        var details = new Dictionary<string, double> { ["ceiling_with_keys_per_second"] = Math.Round(withKeys.PerSecond) };
        (result.AtLeast(Reach) with { Details = details }).Print();
        return 0;
    }

    private static Task<Turn> StreamAsync(int port, string key, int count)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        return MeasureAsync(count, async () =>
        {
            var lines = new TriggerLines(address, key, count);
            if (!await lines.SendAsync() || lines.Failures.Count > 0)
                throw new InvalidOperationException($"The stream failed: {lines.Failures.FirstOrDefault()}");
            using var client = new HttpClient { BaseAddress = address };
            while (long.Parse(await client.GetStringAsync(IngressHost.Pending), CultureInfo.InvariantCulture) > 0)
                await Task.Delay(5);
        });
    }

    private static async Task<Turn> MeasureAsync(int count, Func<Task> run)
    {
        var turn = await Measuring.Callers.MeasureAsync(1, callers: 1, async _ => await run());
        return turn with { Count = count };
    }
}
