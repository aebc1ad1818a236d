using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Receipts;

/// <summary><c>POST /v1/receipts</c>: accepts receipts that vendors and apps report after a delivery was sent.</summary>
internal static class ReceiptEndpoint
{
    public static void MapReceipts(this RouteGroupBuilder group)
    {
        group.MapPost("/v1/receipts", HandleAsync).Describe(ReceiptOperations.Add);
        group.MapOtherMethods("/v1/receipts", "POST");
    }

    private static Task<IResult> HandleAsync(HttpContext context, IReceipts receipts, TimeProvider time) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var read = Read(body, time.GetUtcNow());
            // An unreadable field is an error already, and has no value to validate.
            if (!body.Errors.Any)
                body.Errors.Add(receipts.Validate(read));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            return await IdempotentCall
                .RunAsync(context, body, ReceiptsJson.Default.ReceiptsView, async () =>
                {
                    var tenant = RequestValues.GetTenant(context.Request);
                    var added = await receipts.AddAsync(tenant, read, context.RequestAborted).ConfigureAwait(false);
                    return new ReceiptsView(added.Kept, added.Unknown);
                })
                .ConfigureAwait(false);
        });

    private static IReadOnlyList<Receipt> Read(JsonField body, DateTimeOffset now)
    {
        Receipt[]? receipts = null;
        foreach (var field in body.Members())
        {
            if (field.Name == "receipts")
                receipts = [.. field.Items().Select(item => ReceiptReader.Read(item, now))];
            else
                field.Unknown("receipts");
        }

        if (body.IsObject && receipts is null)
            body.Missing("receipts", "Required: the receipts, each with deliveryId and kind.");
        return receipts ?? [];
    }
}

/// <summary>The number of receipts that were stored, and the ids of unknown deliveries whose receipts were not.</summary>
internal sealed record ReceiptsView(int Kept, IReadOnlyList<Guid> Unknown);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiptsView))]
internal sealed partial class ReceiptsJson : JsonSerializerContext;
