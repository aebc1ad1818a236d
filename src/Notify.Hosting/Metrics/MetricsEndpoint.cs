using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Problems;
using Notify.Queueing;

namespace Notify.Hosting.Metrics;

/// <summary><c>GET /metrics</c>: what this process measured, and how much waits in the store, for Prometheus.</summary>
internal static class MetricsEndpoint
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    public static void MapMetrics(this RouteGroupBuilder group, IServiceProvider services)
    {
        var listener = new MetricsListener();
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(listener.Dispose);
        group.MapGet("/metrics", (IDeliveryQueue queue, CancellationToken aborted) => WriteAsync(listener, queue, aborted));
        group.MapOtherMethods("/metrics", "GET");
    }

    private static async Task<IResult> WriteAsync(MetricsListener listener, IDeliveryQueue queue, CancellationToken aborted)
    {
        var text = new PrometheusText();
        if (await TryGetDepthsAsync(queue, aborted).ConfigureAwait(false) is { } depths)
            text.Write(depths);
        foreach (var instrument in listener.Read())
            text.Write(instrument);
        return TypedResults.Text(text.ToString(), PrometheusText.MediaType);
    }

    // What this process measured is wanted most when its store is away.
    private static async ValueTask<IReadOnlyList<QueueDepth>?> TryGetDepthsAsync(IDeliveryQueue queue, CancellationToken aborted)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        timeout.CancelAfter(StoreTimeout);
        try
        {
            return await queue.GetDepthAsync(timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!aborted.IsCancellationRequested)
        {
            return null;
        }
    }
}
