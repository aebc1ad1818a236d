using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Requests;

/// <summary>Reads a query with the same fields as a body. What is there more than once is an array.</summary>
internal static partial class RequestQuery
{
    public static IEnumerable<JsonField> Fields(HttpRequest request, FieldErrors errors) =>
        request.Query.Select(parameter => new JsonField(
            parameter.Value.Count == 1
                ? JsonSerializer.SerializeToElement(parameter.Value[0]!, QueryJson.Default.String)
                : JsonSerializer.SerializeToElement(parameter.Value.ToArray()!, QueryJson.Default.StringArray),
            parameter.Key,
            parameter.Key,
            errors));

    /// <summary>How many a page holds.</summary>
    public static int? Limit(JsonField field, int most)
    {
        if (field.Value.ValueKind == JsonValueKind.String
            && int.TryParse(field.Value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit >= 1 && limit <= most)
            return limit;

        field.Wrong($"Use a number from 1 to {most}.");
        return null;
    }

    /// <summary>The same request for what comes after.</summary>
    public static string PageAfter(HttpRequest request, string after)
    {
        var query = request.Query.Where(parameter => parameter.Key != "after").Append(new("after", after));
        return $"{request.PathBase}{request.Path}{QueryString.Create(query)}";
    }

    [JsonSerializable(typeof(string))]
    [JsonSerializable(typeof(string[]))]
    private sealed partial class QueryJson : JsonSerializerContext;
}
