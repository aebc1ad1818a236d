using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.Notifications;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.DeadLetters;

/// <summary><c>/v1/dead-letters</c>: lists and replays deliveries that ended without acceptance.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this RouteGroupBuilder group)
    {
        group.MapRead("/v1/dead-letters", ListAsync).ReadsQuery();
        group.MapOtherMethods("/v1/dead-letters", "GET, HEAD");
    }

    public static void MapReplay(this RouteGroupBuilder group)
    {
        group
            .MapPost("/v1/dead-letters/replay", ReplayEndpoint.HandleAsync)
            .Audit("dead letters replayed", answer => answer is ReplayView { DryRun: false });
        group.MapOtherMethods("/v1/dead-letters/replay", "POST");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDeadLetterStore store)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var filter = new DeadLetterFilter { Tenant = RequestValues.GetTenant(request) };
        var page = RequestPage.Read(request, errors, field =>
            filter = DeadLetterFilterReader.Read(filter, field, "after", "limit")
        );
        var after = page.After?.Id();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var count = await store.CountAsync(filter, context.RequestAborted).ConfigureAwait(false);
        var records = await store.ListAsync(filter, after, page.FetchCount, context.RequestAborted).ConfigureAwait(false);
        var next = page.Next(request, records, record => $"{record.Delivery.Id}");
        return TypedResults.Json(
            new DeadLettersView(count, [.. records.Take(page.Limit).Select(DeliveryView.Create)], next),
            DeadLettersJson.Default.DeadLettersView
        );
    }
}

/// <summary>A page of dead letters and the total number that match the filter.</summary>
internal sealed record DeadLettersView(long Count, IReadOnlyList<DeliveryView> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(DeadLettersView))]
[JsonSerializable(typeof(ReplayView))]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
