using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Analytics;

/// <summary><c>GET /v1/analytics/deliveries</c>: counts settled deliveries per minute, provider and state.</summary>
internal static class AnalyticsEndpoint
{
    /// <summary>Enough for a day of one provider, minute by minute.</summary>
    public const int MaxLimit = 5_000;

    public static void MapAnalytics(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/analytics/deliveries", HandleAsync).ReadsQuery().Describe(AnalyticsOperations.CountDeliveries);
        group.MapOtherMethods("/v1/analytics/deliveries", "GET, HEAD");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, INotificationQueries queries)
    {
        var errors = new FieldErrors();
        var (page, query) = Read(context.Request, errors);
        var after = ReadCursor(page);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        // A later page does not need the minutes of the earlier ones.
        var counts = await queries
            .CountDeliveriesAsync(after is null ? query : query with { From = after.Value.Minute }, context.RequestAborted)
            .ConfigureAwait(false);
        DeliveryCount[] found =
        [
            .. counts
                .Counts.OrderBy(count => count.Minute)
                .ThenBy(GetKey, StringComparer.Ordinal)
                .SkipWhile(count =>
                    after is var (minute, key) && count.Minute <= minute && string.CompareOrdinal(GetKey(count), key) <= 0
                )
                .Take(page.FetchCount),
        ];
        var next = page.Next(context.Request, found, count => $"{count.Minute.ToUnixTimeSeconds()}/{GetKey(count)}");
        return TypedResults.Json(
            new AnalyticsView(query.From ?? counts.From, counts.To, [.. found.Take(page.Limit).Select(CountView.Create)], next),
            AnalyticsJson.Default.AnalyticsView
        );
    }

    // A minute has one count with this key.
    private static string GetKey(DeliveryCount count) => $"{count.Channel}/{count.Provider}/{(int)count.State}";

    private static (DateTimeOffset Minute, string Key)? ReadCursor(RequestPage page)
    {
        if (page.After?.Text() is not { } text)
            return null;
        if (
            text.Split('/', 2) is [var minute, var key]
            && int.TryParse(minute, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        )
            return (DateTimeOffset.FromUnixTimeSeconds(seconds), key);

        page.After.Wrong("Use the URL in next of the previous page.");
        return null;
    }

    private static (RequestPage Page, DeliveryCountQuery Query) Read(HttpRequest request, FieldErrors errors)
    {
        var query = new DeliveryCountQuery { Tenant = RequestValues.GetTenant(request) };
        var page = RequestPage.Read(request, errors, ReadPeriod, MaxLimit);
        return (page, query);

        void ReadPeriod(JsonField field)
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
                    field.Unknown("from", "to", "after", "limit");
                    break;
            }
        }
    }
}

/// <summary>The counts of all minutes that begin within a period.</summary>
internal sealed record AnalyticsView(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<CountView> Items, string? Next);

internal sealed record CountView(DateTimeOffset Minute, Channel Channel, string Provider, DeliveryState State, long Count)
{
    public static CountView Create(DeliveryCount count) =>
        new(count.Minute, count.Channel, count.Provider, count.State, count.Count);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AnalyticsView))]
internal sealed partial class AnalyticsJson : JsonSerializerContext;
