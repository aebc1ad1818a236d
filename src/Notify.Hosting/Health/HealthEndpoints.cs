using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Queueing;

namespace Notify.Hosting.Health;

/// <summary>What an orchestrator asks: does the process live, and can it take work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this RouteGroupBuilder group)
    {
        group.MapRead("/health/live", () => Answer("live"));
        group.MapRead("/health/ready", ReadyAsync);
        group.MapOtherMethods("/health/live", "GET, HEAD");
        group.MapOtherMethods("/health/ready", "GET, HEAD");
    }

    private static async Task<IResult> ReadyAsync(IDeliveryQueue queue, TimeProvider time, CancellationToken aborted) =>
        await StoreProbe.TryGetDepthsAsync(queue, time, aborted).ConfigureAwait(false) is null
            ? Problem.StoreUnavailable()
            : Answer("ready");

    private static IResult Answer(string status) => TypedResults.Json(new HealthView(status), HealthJson.Default.HealthView);
}
