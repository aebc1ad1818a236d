using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Analytics;

/// <summary><c>GET /v1/analytics/deliveries</c>: counts settled deliveries per minute, provider and state.</summary>
internal static class AnalyticsEndpoint
{
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxSpan = TimeSpan.FromDays(7);

    public static void MapAnalytics(this RouteGroupBuilder group)
    {
        group.MapRead("/v1/analytics/deliveries", HandleAsync).ReadsQuery();
        group.MapOtherMethods("/v1/analytics/deliveries", "GET, HEAD");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAnalyticsStore store, TimeProvider time)
    {
        var errors = new FieldErrors();
        var (from, to) = Read(context.Request, errors, time.GetUtcNow());
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var counts = await store
            .ListAsync(RequestValues.GetTenant(context.Request), from, to, context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new AnalyticsView(from, to, [.. counts.Select(CountView.Create)]),
            AnalyticsJson.Default.AnalyticsView
        );
    }

    private static (DateTimeOffset From, DateTimeOffset To) Read(HttpRequest request, FieldErrors errors, DateTimeOffset now)
    {
        DateTimeOffset? from = null,
            to = null;
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            switch (field.Name)
            {
                case "from":
                    from = field.Time();
                    break;
                case "to":
                    to = field.Time();
                    break;
                default:
                    field.Unknown("from", "to");
                    break;
            }
        }

        var end = to ?? now;
        var begin = from ?? (end - DateTimeOffset.MinValue > DefaultSpan ? end - DefaultSpan : DateTimeOffset.MinValue);
        if (!errors.Any && (begin >= end || end - begin > MaxSpan))
            errors.Add("from", $"Must be before to, by at most {MaxSpan.TotalDays:0} days.");
        return (begin, end);
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
