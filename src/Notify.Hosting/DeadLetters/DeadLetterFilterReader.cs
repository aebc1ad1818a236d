using System.Text.Json;
using Notify.Core.Queries;
using Notify.Hosting.Requests;

namespace Notify.Hosting.DeadLetters;

/// <summary>Reads a filter for dead letters from a query or a body.</summary>
internal static class DeadLetterFilterReader
{
    /// <summary>The number of IDs to read. It is more than a filter may have, so that too many are refused.</summary>
    private const int MaxRead = QueryRules.MaxIds + 1;

    /// <summary>Reads one field into the filter.</summary>
    /// <param name="filter">The filter with the fields that were read before.</param>
    /// <param name="field">A field that is not one of <paramref name="others"/>.</param>
    /// <param name="others">The names of the fields that are allowed in addition to those of the filter.</param>
    public static DeadLetterFilter Read(DeadLetterFilter filter, JsonField field, params ReadOnlySpan<string> others)
    {
        switch (field.Name)
        {
            case "ids":
                return filter with { Ids = ReadIds(field) };
            case "provider":
                return filter with { Provider = field.Text() };
            case "reason":
                return filter with { Reason = field.Text() };
            case "from":
                return filter with { From = field.Time() };
            case "to":
                return filter with { To = field.Time() };
            default:
                field.Unknown(["ids", "provider", "reason", "from", "to", .. others]);
                return filter;
        }
    }

    private static List<Guid> ReadIds(JsonField field)
    {
        JsonField[] items = field.Value.ValueKind == JsonValueKind.String ? [field] : [.. field.Items().Take(MaxRead)];
        return [.. items.Select(item => item.Id() ?? Guid.Empty)];
    }
}
