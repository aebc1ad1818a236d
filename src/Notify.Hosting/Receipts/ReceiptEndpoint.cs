using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Receipts;

/// <summary><c>POST /v1/receipts</c>: accepts receipts that vendors and apps report after a delivery was sent.</summary>
internal static class ReceiptEndpoint
{
    private const int MaxReceipts = 1_000;

    public static void MapReceipts(this RouteGroupBuilder group)
    {
        group.MapPost("/v1/receipts", HandleAsync);
        group.MapOtherMethods("/v1/receipts", "POST");
    }

    private static Task<IResult> HandleAsync(HttpContext context, IReceiptStore store, TimeProvider time) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var now = time.GetUtcNow();
            JsonField[] items = [.. body.Items()];
            if (items.Length > MaxReceipts)
                body.Wrong($"Must contain at most {MaxReceipts} receipts.");
            Receipt[] receipts = [.. items.Select(item => ReceiptReader.Read(item, now))];
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var tenant = RequestValues.GetTenant(context.Request);
            var known = await store.AddAsync(tenant, receipts, context.RequestAborted).ConfigureAwait(false);
            Guid[] unknown = [.. receipts.Where((_, i) => !known[i]).Select(receipt => receipt.DeliveryId)];
            return TypedResults.Json(
                new ReceiptsView(receipts.Length - unknown.Length, unknown),
                ReceiptsJson.Default.ReceiptsView
            );
        });
}

/// <summary>The number of receipts that were stored, and the ids of unknown deliveries whose receipts were not.</summary>
internal sealed record ReceiptsView(int Kept, IReadOnlyList<Guid> Unknown);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiptsView))]
internal sealed partial class ReceiptsJson : JsonSerializerContext;
