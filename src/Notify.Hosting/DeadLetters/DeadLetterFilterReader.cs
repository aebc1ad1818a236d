using System.Text.Json;
using Notify.Hosting.Requests;
using Notify.Settling;

namespace Notify.Hosting.DeadLetters;

/// <summary>Reads which dead letters are meant, from a query or a body.</summary>
internal static class DeadLetterFilterReader
{
    private const int MaxIds = 1_000;

    /// <param name="filter">What was read before.</param>
    /// <param name="field">A field that is not one of <paramref name="others"/>.</param>
    /// <param name="others">The fields that may stand beside the filter's.</param>
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

    // Empty, it would be contained in every reason, and mean everything.
    private static string? ReadText(JsonField field) =>
        field.Text() switch
        {
            "" => field.Wrong("Use at least one character, or leave this field out."),
            var text => text,
        };

    private static List<Guid> ReadIds(JsonField field)
    {
        JsonField[] items = field.Value.ValueKind == JsonValueKind.String ? [field] : [.. field.Items().Take(MaxIds + 1)];
        if (items.Length is 0 or > MaxIds)
            field.Wrong($"Name 1 to {MaxIds} deliveries.");
        return [.. items.Select(item => item.Id() ?? Guid.Empty)];
    }
}
