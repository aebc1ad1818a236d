using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Notifications;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Settling;

namespace Notify.Hosting.DeadLetters;

/// <summary><c>/v1/dead-letters</c>: finds what ended without acceptance, and sends it again.</summary>
internal static class DeadLetterEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    public static void MapDeadLetters(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/dead-letters", ListAsync);
        group.MapOtherMethods("/v1/dead-letters", "GET");
        group.MapPost("/v1/dead-letters/replay", ReplayEndpoint.HandleAsync);
        group.MapOtherMethods("/v1/dead-letters/replay", "POST");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDeadLetterStore store)
    {
        var errors = new FieldErrors();
        var (filter, after, limit) = Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var count = await store.CountAsync(filter, context.RequestAborted).ConfigureAwait(false);
        var records = await store.ListAsync(filter, after, limit + 1, context.RequestAborted).ConfigureAwait(false);
        var next = records.Count > limit ? RequestQuery.PageAfter(context.Request, $"{records[limit - 1].Delivery.Id}") : null;
        return TypedResults.Json(
            new DeadLettersView(count, [.. records.Take(limit).Select(DeliveryView.Of)], next), DeadLettersJson.Default.DeadLettersView);
    }

    private static (DeadLetterFilter Filter, Guid? After, int Limit) Read(HttpRequest request, FieldErrors errors)
    {
        var filter = new DeadLetterFilter { Tenant = RequestValues.TenantOf(request) };
        Guid? after = null;
        var limit = DefaultLimit;
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            switch (field.Name)
            {
                case "after":
                    after = field.Id();
                    break;
                case "limit":
                    limit = RequestQuery.Limit(field, MaxLimit) ?? DefaultLimit;
                    break;
                default:
                    filter = DeadLetterFilterReader.Read(filter, field, "after", "limit");
                    break;
            }
        }

        return (filter, after, limit);
    }
}

/// <summary>A page of dead letters, and how many the filter finds in all.</summary>
internal sealed record DeadLettersView(long Count, IReadOnlyList<DeliveryView> Deliveries, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeadLettersView))]
[JsonSerializable(typeof(ReplayView))]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
