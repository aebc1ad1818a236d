using System.Text.Json.Serialization;

namespace Notify.Hosting.Analytics;

/// <summary>A page of figures.</summary>
internal sealed record FiguresView(
    DateTimeOffset From,
    DateTimeOffset To,
    string Resolution,
    IReadOnlyList<FigureView> Items,
    string? Next
);

/// <summary>The figures of one period and one group of names.</summary>
internal sealed record FigureView(
    DateTimeOffset Time,
    Channel? Channel,
    string? Provider,
    string? Template,
    string? Workflow,
    string? Category,
    long Accepted,
    long Sent,
    long Delivered,
    long Opened,
    long Clicked,
    long Bounced,
    long Complained,
    long Failed,
    IReadOnlyDictionary<string, long> FailedBy,
    long Retried,
    long Postponed,
    long Cancelled,
    long Pruned,
    IReadOnlyDictionary<string, decimal> Costs
)
{
    public static FigureView Create(AnalyticsRow row) =>
        new(
            row.Time,
            row.Channel,
            row.Provider,
            row.Template,
            row.Workflow,
            row.Category,
            row.Accepted,
            row.Sent,
            row.Delivered,
            row.Opened,
            row.Clicked,
            row.Bounced,
            row.Complained,
            row.Failed,
            row.FailedBy,
            row.Retried,
            row.Postponed,
            row.Cancelled,
            row.Pruned,
            row.Costs
        );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(FiguresView))]
internal sealed partial class FiguresJson : JsonSerializerContext;
