using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Delivering;
using Notify.Hosting.Health;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Queueing;

namespace Notify.Hosting.Metrics;

/// <summary><c>GET /metrics</c>: what this process measured, and how much waits in the store, for Prometheus.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this RouteGroupBuilder group, IServiceProvider services)
    {
        var listener = new MetricsListener();
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(listener.Dispose);
        group.MapRead(
            "/metrics",
            (IDeliveryQueue queue, IEnumerable<IDeliveryProvider> providers, TimeProvider time, CancellationToken aborted) =>
                WriteAsync(listener, queue, providers, time, aborted)
        );
        group.MapOtherMethods("/metrics", "GET, HEAD");
    }

    private static async Task<IResult> WriteAsync(
        MetricsListener listener,
        IDeliveryQueue queue,
        IEnumerable<IDeliveryProvider> providers,
        TimeProvider time,
        CancellationToken aborted
    )
    {
        var text = new PrometheusText();
        // What this process measured is wanted most when its store is away.
        if (await StoreProbe.TryGetDepthsAsync(queue, time, aborted).ConfigureAwait(false) is { } depths)
            text.Write(depths, providers.Select(provider => provider.Name));
        foreach (var instrument in listener.Read())
            text.Write(instrument);
        return TypedResults.Text(text.ToString(), PrometheusText.MediaType);
    }
}
