using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>Writes the <c>data</c> block of a message, which is passed to the app and not shown.</summary>
internal static class FcmData
{
    /// <summary>The error of a reserved key.</summary>
    public const string Reserved = "FCM reserves the keys from, message_type, google.* and gcm.*.";

    private const string Link = "link";

    /// <summary>
    /// Finds a key that FCM reserves (Firebase, "REST Resource: projects.messages", field <c>data</c>). Returns null if there is
    /// none.
    /// </summary>
    public static string? FindError(IReadOnlyDictionary<string, string>? data)
    {
        foreach (var (key, _) in data ?? Empty)
        {
            if (IsReserved(key))
                return "a data key is reserved by FCM: from, message_type, google.* or gcm.*";
        }

        return null;
    }

    public static bool IsReserved(string key) =>
        key is "from" or "message_type"
        || key.StartsWith("google.", StringComparison.Ordinal)
        || key.StartsWith("gcm.", StringComparison.Ordinal);

    public static void Write(Utf8JsonWriter writer, Content content)
    {
        var data = content.Data ?? Empty;
        var link = content.Push?.Link;
        if (data.Count == 0 && link is null)
            return;

        writer.WriteStartObject("data"u8);
        foreach (var (key, value) in data)
        {
            if (key != Link || link is null)
                writer.WriteString(key, value);
        }

        writer.WriteIfSet("link"u8, link);
        writer.WriteEndObject();
    }

    private static Dictionary<string, string> Empty { get; } = [];
}
