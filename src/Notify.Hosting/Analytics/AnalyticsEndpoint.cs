using System.Globalization;
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
    /// <summary>A day of one provider, minute by minute, and more.</summary>
    private const int MaxLimit = 5_000;

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
        var (page, from, to) = Read(context.Request, errors, time.GetUtcNow());
        var after = ReadCursor(page);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var counts = await store
            .ListAsync(
                RequestValues.GetTenant(context.Request),
                after?.Minute > from ? after.Value.Minute : from,
                to,
                context.RequestAborted
            )
            .ConfigureAwait(false);
        DeliveryCount[] found =
        [
            .. counts
                .OrderBy(count => count.Minute)
                .ThenBy(GetKey, StringComparer.Ordinal)
                .SkipWhile(count =>
                    after is var (minute, key) && count.Minute <= minute && string.CompareOrdinal(GetKey(count), key) <= 0
                )
                .Take(page.FetchCount),
        ];
        var next = page.Next(context.Request, found, count => $"{count.Minute.ToUnixTimeSeconds()}/{GetKey(count)}");
        return TypedResults.Json(
            new AnalyticsView(from, to, [.. found.Take(page.Limit).Select(CountView.Create)], next),
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

    private static (RequestPage Page, DateTimeOffset From, DateTimeOffset To) Read(
        HttpRequest request,
        FieldErrors errors,
        DateTimeOffset now
    )
    {
        DateTimeOffset? from = null,
            to = null;
        var page = RequestPage.Read(request, errors, ReadPeriod, MaxLimit);
        var end = to ?? now;
        var begin = from ?? (end - DateTimeOffset.MinValue > DefaultSpan ? end - DefaultSpan : DateTimeOffset.MinValue);
        if (!errors.Any && (begin >= end || end - begin > MaxSpan))
            errors.Add("from", FieldErrorCodes.OutOfRange, $"Must be before to, by at most {MaxSpan.TotalDays:0} days.");
        return (page, begin, end);

        void ReadPeriod(JsonField field)
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
