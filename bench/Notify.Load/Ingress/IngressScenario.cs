using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Ingress;

/// <summary>
/// One notification per HTTP request over persistent connections (64 by default), compared with an endpoint that writes the same
/// rows and does nothing else, and with one that reads the same body and stores nothing. Each server is a separate process on the
/// same machine as the callers. A wait is the time from a caller's request to the 202.
/// </summary>
/// <remarks>
/// Both results are those of a process with the role <c>api</c>, which makes notifications durable and leaves the sending to
/// others. The details also contain the ratio for a process that does both, up to the last settlement; there, sending competes
/// for the same processors. The scenario <c>embedded</c> measures sending on its own.
/// </remarks>
internal static class IngressScenario
{
    public const string Name = "ingress";

    private const double ReachOfStoring = 0.75,
        ReachOfEmpty = 0.6;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 60_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var callers = arguments.Int32("callers", 64, min: 1);
        arguments.RefuseUnknown();

        KeepAliveConnection.CompleteInline();
        using var folder = new TemporaryFolder();
        await using var empty = await IngressServer.StartAsync(callers);
        await using var storing = await IngressServer.StartAsync(callers, folder.File("raw.db"), isRaw: true);
        await using var api = await IngressServer.StartAsync(callers, folder.File("api.db"));
        var ofEmpty = await CompareAsync(Name, pairs, api, empty, count);
        var toEmpty = ofEmpty.AtLeast(ReachOfEmpty) with { Details = Details(api, empty) };
        var ofStoring = await CompareAsync($"{Name}: storing endpoint", pairs, api, storing, count);
        var toStoring = ofStoring.AtLeast(ReachOfStoring) with { Details = Details(api, storing) };
        await storing.StopAsync();
        await api.StopAsync();

        await using var whole = await IngressServer.StartAsync(callers, folder.File("whole.db"), Workers.All);
        var sending = await CompareAsync("ingress and delivery", 1, whole, empty, count);
        await whole.StopAsync();
        toEmpty = toEmpty with
        {
            Details = new Dictionary<string, double>(toEmpty.Details)
            {
                ["with_delivery_per_second"] = Math.Round(sending.Median.Ours.PerSecond),
                ["with_delivery_ratio"] = Math.Round(sending.Ratio, 3),
                ["with_delivery_server_processor_us"] = Math.Round(whole.ProcessorMicroseconds, 1),
            },
        };
        (toEmpty with { RssMb = api.PeakMegabytes }).Print();
        (toStoring with { RssMb = api.PeakMegabytes }).Print();
        return 0;
    }

    private static Task<Comparison> CompareAsync(string name, int pairs, IngressServer ours, IngressServer ceiling, int count) =>
        Comparison.RunAsync(name, pairs, () => ours.SendAsync(count), () => ceiling.SendAsync(count));

    private static Dictionary<string, double> Details(IngressServer api, IngressServer ceiling) =>
        new()
        {
            ["server_processor_us"] = Math.Round(api.ProcessorMicroseconds, 1),
            ["ceiling_server_processor_us"] = Math.Round(ceiling.ProcessorMicroseconds, 1),
            ["caller_processor_us"] = Math.Round(ceiling.CallerProcessorMicroseconds, 1),
        };
}
