using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Gateway;

/// <summary>
/// One notification per HTTP request, as in the scenario <c>ingress</c>, through the gateway: the role <c>gateway</c> of the
/// reference host in front of a process that makes notifications durable. The ceiling is a bare YARP with one route to the same
/// process. The details also contain the figures of calling that process directly.
/// </summary>
internal static class GatewayScenario
{
    public const string Name = "gateway";

    private const double Reach = 0.8;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 60_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var callers = arguments.Int32("callers", 64, min: 1);
        arguments.RefuseUnknown();

        Ingress.KeepAliveConnection.CompleteInline();
        using var folder = new TemporaryFolder();
        await using var api = await ProxyServer.StartApiAsync(folder.File("api.db"), callers);
        await using var bare = await ProxyServer.StartBareAsync(api, callers);
        await using var gateway = await ProxyServer.StartGatewayAsync(folder.Path, api, callers);
        var proxies = await Comparison.RunAsync(Name, pairs, () => gateway.SendAsync(count), () => bare.SendAsync(count));
        var direct = await Comparison.RunAsync(
            "gateway and direct",
            pairs: 1,
            () => gateway.SendAsync(count),
            () => api.SendAsync(count)
        );

        (
            proxies.AtLeast(Reach) with
            {
                RssMb = gateway.PeakMegabytes,
                Details = new Dictionary<string, double>
                {
                    ["bare_p50_ms"] = Math.Round(proxies.Median.Ceiling.P50, 3),
                    ["direct_per_second"] = Math.Round(direct.Median.Ceiling.PerSecond),
                    ["direct_p50_ms"] = Math.Round(direct.Median.Ceiling.P50, 3),
                    ["direct_ratio"] = Math.Round(direct.Ratio, 3),
                    ["gateway_processor_us"] = gateway.ProcessorMicroseconds,
                    ["bare_processor_us"] = bare.ProcessorMicroseconds,
                },
            }
        ).Print();
        return 0;
    }
}
