using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Hosting.Receipts;

/// <summary>
/// <c>POST /v1/callbacks/{provider}</c>: accepts receipts in the vendor's format. The vendor's signature replaces the API key.
/// </summary>
internal static class CallbackEndpoint
{
    public static void MapCallbacks(this RouteGroupBuilder group)
    {
        group.MapPost("/v1/callbacks/{provider}", HandleAsync).Describe(ReceiptOperations.Callback);
        group.MapOtherMethods("/v1/callbacks/{provider}", "POST");
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        IReceipts receipts,
        IOptions<NotificationsApiOptions> options
    )
    {
        var provider = RequestValues.Route(context.Request, "provider");
        var callback = context
            .RequestServices.GetServices<IReceiptCallback>()
            .FirstOrDefault(known => known.Provider == provider);
        if (callback is null)
            return Problem.UnknownProvider();

        return await RequestBody
            .ReadAsync(
                context,
                async body =>
                {
                    var result = await callback
                        .ReadAsync(CreateCall(context.Request, body), context.RequestAborted)
                        .ConfigureAwait(false);
                    foreach (var tenant in result.Receipts)
                        await receipts.RecordAsync(tenant, context.RequestAborted).ConfigureAwait(false);
                    return Answer(context.Response, result);
                },
                Math.Min(callback.MaxBodyBytes, options.Value.MaxBodyBytes)
            )
            .ConfigureAwait(false);
    }

    private static IResult Answer(HttpResponse response, CallbackResult result) =>
        result.Kind switch
        {
            CallbackResultKind.Read => TypedResults.NoContent(),
            CallbackResultKind.InvalidSignature => Problem.InvalidSignature(),
            CallbackResultKind.Unreadable => Problem.UnreadableCallback(result.Reason!),
            CallbackResultKind.NotVerified => Problem.CallbackNotVerified(response, result.Reason!),
            _ => throw new InvalidOperationException($"The callback returned {result}."),
        };

    private static VendorCall CreateCall(HttpRequest request, ReadOnlyMemory<byte> body) =>
        new(
            request.QueryString.Value ?? "",
            request.Headers.ToDictionary(
                header => header.Key,
                header => header.Value.ToString(),
                StringComparer.OrdinalIgnoreCase
            ),
            body
        );
}
