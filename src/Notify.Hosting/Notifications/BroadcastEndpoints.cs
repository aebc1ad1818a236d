using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// <c>POST /v1/notifications/{id}/pause</c> and <c>…/resume</c>: pauses and resumes the expansion of a notification to topics.
/// </summary>
internal static class BroadcastEndpoints
{
    public static Task<IResult> PauseAsync(HttpContext context, IBroadcasts broadcasts) =>
        HandleAsync(context, broadcasts.PauseAsync);

    public static Task<IResult> ResumeAsync(HttpContext context, IBroadcasts broadcasts) =>
        HandleAsync(context, broadcasts.ResumeAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        Func<string, Guid, CancellationToken, Task<Broadcast?>> change
    ) =>
        Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out var id)
        && await change(RequestValues.GetTenant(context.Request), id, context.RequestAborted).ConfigureAwait(false)
            is { } broadcast
            ? TypedResults.Json(BroadcastView.Create(broadcast), NotificationsJson.Default.BroadcastView)
            : Problem.Unknown("broadcast");
}

/// <summary>A broadcast, and how far it is over all its topics.</summary>
internal sealed record BroadcastView(Guid Id, DateTimeOffset? PausedAt, bool Complete, long Done, long Total)
{
    public static BroadcastView Create(Broadcast broadcast) =>
        new(
            broadcast.Id,
            broadcast.PausedAt,
            broadcast.HasEnded,
            broadcast.Expansions.Sum(expansion => expansion.Done),
            broadcast.Expansions.Sum(expansion => expansion.Total)
        );
}
