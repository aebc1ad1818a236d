using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
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

    private static async Task<IResult> HandleAsync(HttpContext context, IReceipts receipts)
    {
        var provider = RequestValues.Route(context.Request, "provider");
        var callback = context
            .RequestServices.GetServices<IReceiptCallback>()
            .FirstOrDefault(known => known.Provider == provider);
        if (callback is null)
            return Problem.UnknownProvider();

        return await RequestBody
            .ReadAsync(context, async body =>
            {
                if (callback.Read(CreateCall(context.Request, body)) is not { } read)
                    return Problem.InvalidSignature();

                await receipts.RecordAsync(read, context.RequestAborted).ConfigureAwait(false);
                return TypedResults.NoContent();
            })
            .ConfigureAwait(false);
    }

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
