using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Hosting.CapturedMessages;

/// <summary>
/// Maps the endpoints that show captured messages, if the application registers <see cref="ICapturedMessages"/>.
/// </summary>
internal static class CapturedMessagesEndpoints
{
    public static void MapCapturedMessages(this RouteGroupBuilder group, IServiceProvider services)
    {
        if (services.GetService<ICapturedMessages>() is null)
            return;

        group
            .MapGet("/v1/sandbox/messages", CapturedMessagesListEndpoint.Handle)
            .ReadsQuery()
            .Describe(CapturedMessagesOperations.List);
        group.MapOtherMethods("/v1/sandbox/messages", "GET, HEAD");
        group.MapGet("/v1/sandbox/messages/stream", OpenStream).Describe(CapturedMessagesOperations.Stream);
        group.MapOtherMethods("/v1/sandbox/messages/stream", "GET, HEAD");
    }

    /// <summary>Gets the tenant whose messages a call reads; null for a caller of all tenants that names none.</summary>
    public static string? GetTenant(HttpContext context) =>
        Caller.Find(context)!.Has(ApiScope.Platform) && RequestValues.Header(context.Request, RequestValues.TenantHeader) is null
            ? null
            : RequestValues.GetTenant(context.Request);

    // The first event is "ready", followed by one event per captured message.
    private static IResult OpenStream(HttpContext context, ICapturedMessages captured, IHostApplicationLifetime lifetime) =>
        LiveStream.Open<string>(
            context,
            lifetime,
            stopping => captured.WatchAsync(GetTenant(context), stopping),
            (json, output) => LiveStream.Write(output, $"data: {json}\n\n"),
            LiveStream.Ready
        );
}
