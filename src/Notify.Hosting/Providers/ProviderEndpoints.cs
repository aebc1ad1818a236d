using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Providers;

/// <summary><c>/v1/providers</c>: lists, pauses and resumes providers.</summary>
internal static class ProviderEndpoints
{
    private const string Resource = "provider";

    public static void MapProviders(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/providers", ListAsync).Describe(ProviderOperations.List);
        group.MapOtherMethods("/v1/providers", "GET, HEAD");
        group.MapPost("/v1/providers/{name}/pause", PauseAsync).Describe(ProviderOperations.Pause).Audit("provider paused");
        group.MapOtherMethods("/v1/providers/{name}/pause", "POST");
        group.MapPost("/v1/providers/{name}/resume", ResumeAsync).Describe(ProviderOperations.Resume).Audit("provider resumed");
        group.MapOtherMethods("/v1/providers/{name}/resume", "POST");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IProviders providers)
    {
        var found = await providers.ListAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(
            new ProvidersView([.. found.Select(ProviderView.Create)], null),
            ProvidersJson.Default.ProvidersView
        );
    }

    private static Task<IResult> PauseAsync(HttpContext context, IProviders providers) =>
        ChangeAsync(context, providers.PauseAsync);

    private static Task<IResult> ResumeAsync(HttpContext context, IProviders providers) =>
        ChangeAsync(context, providers.ResumeAsync);

    private static async Task<IResult> ChangeAsync(
        HttpContext context,
        Func<string, CancellationToken, Task<ProviderState?>> change
    ) =>
        await change(RequestValues.Route(context.Request, "name"), context.RequestAborted).ConfigureAwait(false) is { } changed
            ? TypedResults.Json(ProviderView.Create(changed), ProvidersJson.Default.ProviderView)
            : Problem.Unknown(Resource);
}
