using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Health;

/// <summary>The liveness and readiness endpoints for orchestrators.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this RouteGroupBuilder group)
    {
        group.MapGet("/health/live", () => Answer("live")).Describe(HealthOperations.Live);
        group.MapGet("/health/ready", ReadyAsync).Describe(HealthOperations.Ready);
        group.MapOtherMethods("/health/live", "GET, HEAD");
        group.MapOtherMethods("/health/ready", "GET, HEAD");
    }

    // A stopping process is not ready, so that it receives no new requests while it completes those that have begun.
    private static async Task<IResult> ReadyAsync(
        IDeliveryQueue queue,
        IServiceProvider services,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        CancellationToken aborted
    )
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return Problem.Stopping();

        var health = services.GetService<IStoreHealth>();
        return await StoreProbe.IsReadyAsync(queue, health, time, aborted).ConfigureAwait(false)
            ? Answer("ready")
            : Problem.StoreUnavailable();
    }

    private static IResult Answer(string status) => TypedResults.Json(new HealthView(status), HealthJson.Default.HealthView);
}
