using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;
using Notify.Queueing;

namespace Notify.Hosting.Health;

/// <summary>What an orchestrator asks: does the process live, and can it take work.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    public static void MapHealth(this RouteGroupBuilder group)
    {
        group.MapGet("/health/live", () => Answer("live"));
        group.MapGet("/health/ready", ReadyAsync);
        group.MapOtherMethods("/health/live", "GET");
        group.MapOtherMethods("/health/ready", "GET");
    }

    private static async Task<IResult> ReadyAsync(IDeliveryQueue queue, TimeProvider time, CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(StoreTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            // A store that is stuck may not listen to its token.
            await queue.GetDepthAsync(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            return Answer("ready");
        }
        catch (Exception) when (!aborted.IsCancellationRequested)
        {
            return Problem.StoreUnavailable();
        }
    }

    private static IResult Answer(string status) => TypedResults.Json(new HealthView(status), HealthJson.Default.HealthView);
}
