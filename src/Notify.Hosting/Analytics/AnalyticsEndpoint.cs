using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Analytics;

/// <summary><c>GET /v1/analytics/deliveries</c>: counts settled deliveries per minute, provider and state.</summary>
internal static class AnalyticsEndpoint
{
    public static void MapAnalytics(this RouteGroupBuilder group)
    {
        group.MapRead("/v1/analytics/deliveries", HandleAsync).ReadsQuery();
        group.MapOtherMethods("/v1/analytics/deliveries", "GET, HEAD");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, INotificationQueries queries)
    {
        var errors = new FieldErrors();
        var query = Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var counts = await queries.CountDeliveriesAsync(query, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(
            new AnalyticsView(counts.From, counts.To, [.. counts.Counts.Select(CountView.Create)]),
            AnalyticsJson.Default.AnalyticsView
        );
    }

    private static DeliveryCountQuery Read(HttpRequest request, FieldErrors errors)
    {
        var query = new DeliveryCountQuery { Tenant = RequestValues.GetTenant(request) };
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            switch (field.Name)
            {
                case "from":
                    query = query with { From = field.Time() };
                    break;
                case "to":
                    query = query with { To = field.Time() };
                    break;
                default:
                    field.Unknown("from", "to");
                    break;
            }
        }

        return query;
    }
}

/// <summary>The counts of all minutes that begin within a period.</summary>
internal sealed record AnalyticsView(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<CountView> Counts);

internal sealed record CountView(DateTimeOffset Minute, Channel Channel, string Provider, DeliveryState State, long Count)
{
    public static CountView Create(DeliveryCount count) =>
        new(count.Minute, count.Channel, count.Provider, count.State, count.Count);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnalyticsView))]
internal sealed partial class AnalyticsJson : JsonSerializerContext;
