using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Analytics;

/// <summary>Reads a query for figures.</summary>
internal static class AnalyticsReader
{
    public static readonly IReadOnlyDictionary<string, AnalyticsResolution> Resolutions = new Dictionary<
        string,
        AnalyticsResolution
    >
    {
        ["minute"] = AnalyticsResolution.Minute,
        ["hour"] = AnalyticsResolution.Hour,
        ["day"] = AnalyticsResolution.Day,
        ["total"] = AnalyticsResolution.Total,
    };

    public static readonly IReadOnlyDictionary<string, AnalyticsDimensions> Dimensions = new Dictionary<
        string,
        AnalyticsDimensions
    >
    {
        ["channel"] = AnalyticsDimensions.Channel,
        ["provider"] = AnalyticsDimensions.Provider,
        ["template"] = AnalyticsDimensions.Template,
        ["workflow"] = AnalyticsDimensions.Workflow,
        ["category"] = AnalyticsDimensions.Category,
    };

    public static (RequestPage Page, AnalyticsQuery Query) Read(HttpRequest request, FieldErrors errors)
    {
        var query = new AnalyticsQuery { Tenant = RequestValues.GetTenant(request) };
        var page = RequestPage.Read(request, errors, field => query = Read(query, field), AnalyticsEndpoint.MaxLimit);
        return (page, query);
    }

    private static AnalyticsQuery Read(AnalyticsQuery query, JsonField field)
    {
        switch (field.Name)
        {
            case "from":
                return query with { From = field.Time() };
            case "to":
                return query with { To = field.Time() };
            case "resolution":
                return query with { Resolution = field.GetOne(Resolutions) ?? query.Resolution };
            case "groupBy":
                return query with { GroupBy = ReadDimensions(field) };
            case "channel":
                return query with { Channel = ReadChannel(field) };
            case "provider":
                return query with { Provider = field.Text() };
            case "template":
                return query with { Template = field.Text() };
            case "workflow":
                return query with { Workflow = field.Text() };
            case "category":
                return query with { Category = field.Text() };
            default:
                field.Unknown(
                    "from",
                    "to",
                    "resolution",
                    "groupBy",
                    "channel",
                    "provider",
                    "template",
                    "workflow",
                    "category",
                    "after",
                    "limit"
                );
                return query;
        }
    }

    private static AnalyticsDimensions ReadDimensions(JsonField field)
    {
        var dimensions = AnalyticsDimensions.None;
        foreach (var name in field.Text()?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (Dimensions.TryGetValue(name, out var dimension))
            {
                dimensions |= dimension;
                continue;
            }

            field.Wrong($"Use one or more of {string.Join(", ", Dimensions.Keys)}, separated by commas.");
            break;
        }

        return dimensions;
    }

    private static Channel? ReadChannel(JsonField field)
    {
        if (field.Text() is not { } text)
            return null;
        if (Channel.TryParse(text, out var channel))
            return channel;

        field.Wrong("Use the name of a channel, such as push, sms, email or webhook.");
        return null;
    }
}
