using System.Text.Json;

namespace Notify.Client.Requests;

/// <summary>Writes members that are left out if they have no value.</summary>
internal static class JsonWriterExtensions
{
    public static void WriteText(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string>? texts)
    {
        if (texts is null)
            return;

        json.WriteStartObject(name);
        foreach (var (key, text) in texts)
            json.WriteString(key, text);
        json.WriteEndObject();
    }

    public static void WriteList<TItem>(
        this Utf8JsonWriter json,
        string name,
        IReadOnlyList<TItem>? items,
        Action<Utf8JsonWriter, TItem> write
    )
    {
        if (items is null)
            return;

        json.WriteStartArray(name);
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
    }
}
