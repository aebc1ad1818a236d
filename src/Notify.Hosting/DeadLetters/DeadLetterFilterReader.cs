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
                return filter with { From = field.Time() };
            case "to":
                return filter with { To = field.Time() };
            default:
                field.Unknown(["ids", "provider", "reason", "from", "to", .. others]);
                return filter;
        }
    }

    // Every reason contains the empty text, so an empty filter would match every dead letter.
    private static string? ReadText(JsonField field) =>
        field.Text() switch
        {
            "" => field.Wrong(FieldErrorCodes.Required, "Must not be empty. Omit the field instead."),
            var text => text,
        };

    private static List<Guid> ReadIds(JsonField field)
    {
        JsonField[] items = field.Value.ValueKind == JsonValueKind.String ? [field] : [.. field.Items().Take(MaxIds + 1)];
        if (items.Length is 0 or > MaxIds)
            field.Wrong(
                items.Length == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                $"Must contain 1 to {MaxIds} delivery ids."
            );
        return [.. items.Select(item => item.Id() ?? Guid.Empty)];
    }
}
