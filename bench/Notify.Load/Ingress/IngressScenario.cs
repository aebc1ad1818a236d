using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Ingress;

/// <summary>
/// One notification per HTTP request over persistent connections (64 by default), compared with an endpoint that reads the same
/// body and stores nothing. Each server is a separate process on the same machine as the callers. A wait is the time from a
/// caller's request to the 202.
/// </summary>
/// <remarks>
/// The result is that of a process with the role <c>api</c>, which makes notifications durable and leaves the sending to others.
/// The details also contain the ratio for a process that does both, up to the last settlement; there, sending competes for the
/// same processors. The scenario <c>embedded</c> measures sending on its own.
/// </remarks>
internal static class IngressScenario
{
    private const double Reach = 0.6;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 60_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var callers = arguments.Int32("callers", 64, min: 1);
        arguments.RefuseUnknown();

        KeepAliveConnection.CompleteInline();
        using var folder = new TemporaryFolder();
        await using var ceiling = await IngressServer.StartAsync(callers);
        await using var api = await IngressServer.StartAsync(callers, folder.File("api.db"), Workers.None);
        var accepting = await Comparison.RunAsync("ingress", pairs, () => api.SendAsync(count), () => ceiling.SendAsync(count));
        await api.StopAsync();

        await using var whole = await IngressServer.StartAsync(callers, folder.File("whole.db"), Workers.All);
        var sending = await Comparison.RunAsync(
            "ingress and delivery",
            pairs: 1,
            () => whole.SendAsync(count),
            () => ceiling.SendAsync(count)
        );
        await whole.StopAsync();

        (accepting.AtLeast(Reach) with { RssMb = api.PeakMegabytes, Details = Details(api, whole, ceiling, sending) }).Print();
        return 0;
    }

    private static Dictionary<string, double> Details(
        IngressServer api,
        IngressServer whole,
        IngressServer ceiling,
        Comparison sending
    )
    {
        return new Dictionary<string, double>
        {
            ["with_delivery_per_second"] = Math.Round(sending.Median.Ours.PerSecond),
            ["with_delivery_ratio"] = Math.Round(sending.Ratio, 3),
            ["server_processor_us"] = Math.Round(api.ProcessorMicroseconds, 1),
            ["with_delivery_server_processor_us"] = Math.Round(whole.ProcessorMicroseconds, 1),
            ["ceiling_server_processor_us"] = Math.Round(ceiling.ProcessorMicroseconds, 1),
            ["caller_processor_us"] = Math.Round(ceiling.CallerProcessorMicroseconds, 1),
        };
    }
}
