using System.Globalization;
using System.Text.Json;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>Reads the JSON of vendors, who add fields and may omit any.</summary>
internal static class EventJson
{
    public const string NotJson = "The body is not valid JSON.";

    public static JsonDocument? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Finds a member; the value is undefined if it is missing.</summary>
    public static JsonElement Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    public static string? FindText(this JsonElement json, string name) => json.Find(name).AsText();

    public static bool IsTrue(this JsonElement json, string name) => json.Find(name).ValueKind == JsonValueKind.True;

    public static IEnumerable<JsonElement> FindItems(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    public static string? AsText(this JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // The text contains half of a surrogate pair.
            return null;
        }
    }

    public static DateTimeOffset? FindTime(this JsonElement json, string name) =>
        DateTimeOffset.TryParse(json.FindText(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;
}
