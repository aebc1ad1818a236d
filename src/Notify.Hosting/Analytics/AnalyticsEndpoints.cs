using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Analytics;

/// <summary><c>GET /v1/analytics</c>: the figures of a period, as JSON in pages or as one CSV file.</summary>
internal static class AnalyticsEndpoints
{
    private const string Csv = "text/csv";
    private const string Json = "application/json";

    public static void MapFigures(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/analytics", HandleAsync).ReadsQuery().Describe(AnalyticsOperations.Query);
        group.MapOtherMethods("/v1/analytics", "GET, HEAD");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAnalytics analytics)
    {
        var errors = new FieldErrors();
        var (page, query) = AnalyticsReader.Read(context.Request, errors);
        var after = page.After?.Text();
        foreach (var error in analytics.Validate(query))
            errors.Add(error.Field, error.Code, error.Message);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var result = await analytics.QueryAsync(query, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (WantsCsv(context.Request))
            return TypedResults.Text(AnalyticsCsv.Write(query.GroupBy, result.Rows), "text/csv; charset=utf-8; header=present");

        FigureView[] found =
        [
            .. result
                .Rows.Select(FigureView.Create)
                .SkipWhile(row => after is not null && CompareKeys(GetKey(query, row), after) <= 0)
                .Take(page.FetchCount),
        ];
        return TypedResults.Json(
            new FiguresView(
                result.From,
                result.To,
                AnalyticsReader.Resolutions.Single(known => known.Value == query.Resolution).Key,
                [.. found.Take(page.Limit)],
                page.Next(context.Request, found, row => GetKey(query, row))
            ),
            FiguresJson.Default.FiguresView
        );
    }

    // The rows are ordered by time and then by names. The start of a total moves with the clock, so it is not a part of the key.
    private static string GetKey(AnalyticsQuery query, FigureView row)
    {
        var time = query.Resolution == AnalyticsResolution.Total ? 0 : row.Time.ToUnixTimeSeconds();
        string?[] names = [row.Channel?.Name, row.Provider, row.Template, row.Workflow, row.Category];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{time:D12}\n{string.Join('\n', names.Select(name => name is null ? "" : $" {name}"))}"
        );
    }

    private static int CompareKeys(string left, string right)
    {
        // Part by part, because the end of a shorter name sorts before every character.
        var (lefts, rights) = (left.Split('\n'), right.Split('\n'));
        for (var i = 0; i < Math.Min(lefts.Length, rights.Length); i++)
        {
            if (string.CompareOrdinal(lefts[i], rights[i]) is not 0 and var order)
                return order;
        }

        return lefts.Length.CompareTo(rights.Length);
    }

    private static bool WantsCsv(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;

        double csv = 0;
        double json = 0;
        foreach (var type in accepted)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase))
                csv = quality;
            else if (type.MatchesMediaType(Json))
                json = Math.Max(json, quality);
        }

        return csv > json || (csv > 0 && csv >= json && accepted[0].MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase));
    }
}
