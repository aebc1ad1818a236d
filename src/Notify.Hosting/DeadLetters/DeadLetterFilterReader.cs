using System.Text.Json;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.DeadLetters;

/// <summary>Reads a filter for dead letters from a query or a body.</summary>
internal static class DeadLetterFilterReader
{
    private const int MaxIds = 1_000;

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
                return filter with { Provider = ReadText(field) };
            case "reason":
                return filter with { Reason = ReadText(field) };
            case "from":
                return CheckTimes(filter with { From = field.Time() }, field);
            case "to":
                return CheckTimes(filter with { To = field.Time() }, field);
            default:
                field.Unknown(["ids", "provider", "reason", "from", "to", .. others]);
                return filter;
        }
    }

    // An empty range is a mistake. It would find nothing, and a replay would seem to succeed.
    private static DeadLetterFilter CheckTimes(DeadLetterFilter filter, JsonField field)
    {
        if (filter.From >= filter.To)
            field.Wrong("from must be before to.");
        return filter;
    }

    // Every reason contains the empty text, so an empty filter would match every dead letter.
    private static string? ReadText(JsonField field) =>
        field.Text() switch
        {
            "" => field.Wrong("Must not be empty. Omit the field instead."),
            var text => text,
        };

    private static List<Guid> ReadIds(JsonField field)
    {
        JsonField[] items = field.Value.ValueKind == JsonValueKind.String ? [field] : [.. field.Items().Take(MaxIds + 1)];
        if (items.Length is 0 or > MaxIds)
            field.Wrong($"Must contain 1 to {MaxIds} delivery ids.");
        return [.. items.Select(item => item.Id() ?? Guid.Empty)];
    }
}
