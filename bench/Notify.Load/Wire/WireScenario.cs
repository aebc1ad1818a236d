using Notify.Load.Measuring;
using Notify.Queueing;

namespace Notify.Load.Wire;

/// <summary>
/// A provider that speaks HTTP against a local sink over TLS, from callers that each send one delivery after the other. What a
/// caller waits for is the outcome of one delivery. The ceiling sends the provider's own requests again, byte for byte.
/// </summary>
internal static class WireScenario
{
    /// <summary>
    /// Enough to keep two processors busy, as many as the scenario <c>embedded</c> has. More wait longer and do no more.
    /// </summary>
    private const int CallersAtOnce = 64;

    /// <summary>
    /// What it takes to keep them busy when the vendor takes 50 ms: 64 callers would send 1,280 per second, and both sides mostly
    /// wait. HttpClient rents 32 KB for the headers of every HTTP/2 request until they are written, and 16 KB for an answer until
    /// it is read: that many at once are more than the shared pool keeps of a size (32 for each processor, unless the variable
    /// DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION says more), so both sides allocate what does not fit.
    /// </summary>
    private const int CallersAtLatency = 1_024;

    /// <summary>Recipients that a turn goes round.</summary>
    private const int Recipients = 1_000;

    private const double Reach = 0.85;

    private const double MaxAllocatedBytes = 6 * 1024;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var vendor = WireVendor.Of(arguments.Command);
        var count = arguments.Int32("count", 200_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var latency = arguments.Int32("latency", 0, min: 0);
        var callers = arguments.Int32("callers", latency == 0 ? CallersAtOnce : CallersAtLatency, min: 1);
        arguments.RefuseUnknown();

        await using var sink = await SinkProcess.StartAsync(vendor.Name, latency);
        Delivery[] deliveries = [.. Enumerable.Range(0, Recipients).Select(number => vendor.DeliveryTo(number, sink.Address))];
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
