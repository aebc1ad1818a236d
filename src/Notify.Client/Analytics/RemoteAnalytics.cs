using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Analytics;

/// <summary>The figures of a service.</summary>
internal sealed class RemoteAnalytics(ServiceCalls service) : IAnalytics
{
    private const int RowsPerPage = 1_000;

    public async Task<AnalyticsResult> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var pages = await service
            .ReadPagesAsync(CreateRequest, AnalyticsJson.Default.FiguresAnswer, cancellationToken)
            .ConfigureAwait(false);
        return new AnalyticsResult
        {
            From = pages[0].From,
            To = pages[0].To,
            Rows = [.. pages.SelectMany(page => page.Items)],
        };

        HttpRequestMessage CreateRequest(string after) =>
            ServiceRequest.Get(
                GetPath(query).With(new PageRequest { After = after, Limit = RowsPerPage }).ToString(),
                query.Tenant
            );
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(AnalyticsQuery query) => [];

    private static CallPath GetPath(AnalyticsQuery query) =>
        CallPath
            .Create("v1/analytics")
            .With("from", query.From)
            .With("to", query.To)
            .With("resolution", GetName(query.Resolution))
            .With("groupBy", GetNames(query.GroupBy))
            .With("channel", query.Channel?.Name)
            .With("provider", query.Provider)
            .With("template", query.Template)
            .With("workflow", query.Workflow)
            .With("category", query.Category);

    private static string GetName(AnalyticsResolution resolution) => resolution.ToString().ToLowerInvariant();

    // Flags have the form "Channel, Provider".
    private static string? GetNames(AnalyticsDimensions dimensions) =>
        dimensions == AnalyticsDimensions.None
            ? null
            : dimensions.ToString().ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal);
}

/// <summary>A page of figures, with the period.</summary>
internal sealed record FiguresAnswer(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<AnalyticsRow> Items, string? Next)
    : IPageAnswer;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FiguresAnswer))]
internal sealed partial class AnalyticsJson : JsonSerializerContext;
