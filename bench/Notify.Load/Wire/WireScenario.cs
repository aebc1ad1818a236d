using Notify.Load.Measuring;
using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>
/// An HTTP provider with a local sink over TLS. Each caller sends one delivery after the other. A wait is the time until the
/// outcome of one delivery. The ceiling repeats the provider's own requests byte for byte.
/// </summary>
internal static class WireScenario
{
    /// <summary>
    /// Enough callers to keep two processors busy, and as many as in the scenario <c>embedded</c>. More callers would only wait
    /// longer.
    /// </summary>
    private const int CallersAtOnce = 64;

    /// <summary>
    /// Enough callers to keep the processors busy if the vendor takes 50 ms. With 64 callers, both sides would mostly wait and
    /// send 1,280 per second. HttpClient rents 32 KB for the headers of each HTTP/2 request until they are written, and 16 KB for
    /// an answer until it is read. With this many requests at once, that is more arrays of one size than the shared pool keeps
    /// (32 per processor, unless DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION sets more), so both sides allocate
    /// the rest.
    /// </summary>
    private const int CallersAtLatency = 1_024;

    /// <summary>The number of recipients that a turn cycles through.</summary>
    private const int Recipients = 1_000;

    private const double Reach = 0.85;

    private const double MaxAllocatedBytes = 6 * 1024;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var vendor = WireVendor.Create(arguments.Command);
        var count = arguments.Int32("count", 200_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var latency = arguments.Int32("latency", 0, min: 0);
        var callers = arguments.Int32("callers", latency == 0 ? CallersAtOnce : CallersAtLatency, min: 1);
        arguments.RefuseUnknown();

        await using var sink = await SinkProcess.StartAsync(vendor.Name, latency);
        Delivery[] deliveries =
        [
            .. Enumerable.Range(0, Recipients).Select(number => vendor.CreateDelivery(number, sink.Address)),
        ];
        await using var provider = new ProviderHost(notifications => Compose(notifications, vendor, sink));
        using var ceiling = new HttpCeiling(await RecordAsync(vendor, sink, deliveries), vendor.HasId, sink.Trust);
        var ours = new WireTurns(sink, count, callers);
        var theirs = new WireTurns(sink, count, callers);
        var comparison = await Comparison.RunAsync(
            vendor.Name,
            pairs,
            () => ours.MeasureAsync(number => provider.SendAsync(deliveries[number % Recipients])),
            () => theirs.MeasureAsync(ceiling.SendAsync)
        );
        ours.RequireSameBytes(theirs);
        WireResult.Print(comparison, Reach, MaxAllocatedBytes, callers, latency);
        return 0;
    }

    internal static IHttpClientBuilder Compose(INotificationsBuilder notifications, WireVendor vendor, SinkProcess sink)
    {
        vendor.AddTo(notifications, sink.Address);
        return notifications
            .Services.AddHttpClient($"Notify.{vendor.Name}")
            .ConfigurePrimaryHttpMessageHandler(
                (handler, _) => ((SocketsHttpHandler)handler).SslOptions.RemoteCertificateValidationCallback = sink.Trust
            );
    }

    private static async Task<IReadOnlyList<RecordedRequest>> RecordAsync(
        WireVendor vendor,
        SinkProcess sink,
        Delivery[] deliveries
    )
    {
        using var recorder = new RequestRecorder(vendor);
        await using var provider = new ProviderHost(notifications =>
            Compose(notifications, vendor, sink).AddHttpMessageHandler(() => recorder)
        );
        await Task.WhenAll(deliveries.Select(delivery => provider.SendAsync(delivery).AsTask()));
        return recorder.Requests;
    }
}
