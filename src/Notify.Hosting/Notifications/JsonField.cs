using System.Text.Json;

namespace Notify.Hosting.Notifications;

/// <summary>A value in a request body and the path to it. Reading it as what it is not names the path as wrong.</summary>
internal readonly record struct JsonField(JsonElement Value, string Name, string Path, FieldErrors Errors)
{
    public static JsonField Root(JsonElement body, FieldErrors errors) => new(body, "", "", errors);

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    /// <summary>An object's members. A member that is null counts as not given.</summary>
    public IEnumerable<JsonField> Members()
    {
        if (!IsObject)
        {
            Wrong(Path.Length == 0 ? "The body must be a JSON object." : "Use a JSON object.");
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            if (NameOf(property) is not { } name)
            {
                Wrong("A field's name has half of a surrogate pair.");
                continue;
            }

            var member = new JsonField(property.Value, name, Path.Length == 0 ? name : $"{Path}.{name}", Errors);
            if (!seen.Add(name))
                member.Wrong("This field is there twice.");
            else if (property.Value.ValueKind != JsonValueKind.Null)
                yield return member;
        }
    }

    public IEnumerable<JsonField> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            Wrong("Use a JSON array.");
            yield break;
        }

        var index = 0;
        foreach (var item in Value.EnumerateArray())
            yield return new JsonField(item, Name, $"{Path}[{index++}]", Errors);
    }

    public string? Text()
    {
        if (Value.ValueKind != JsonValueKind.String)
            return Wrong("Use a string.");

        try
        {
            return Value.GetString();
        }
        catch (InvalidOperationException)
        {
            return Wrong("The text has half of a surrogate pair.");
        }
    }

    /// <summary>A time with its offset. Without one it would mean the server's time zone.</summary>
    public DateTimeOffset? Time()
    {
        if (Value.ValueKind == JsonValueKind.String
            && Value.TryGetDateTimeOffset(out var time)
            && Value.TryGetDateTime(out var local) && local.Kind != DateTimeKind.Unspecified)
            return time;

        Wrong("Use a time with its offset (RFC 3339), such as 2031-05-28T09:30:00Z.");
        return null;
    }

    public byte[]? Base64()
    {
        if (Value.ValueKind == JsonValueKind.String && Value.TryGetBytesFromBase64(out var bytes))
            return bytes;

        Wrong("Use base64.");
        return null;
    }

    /// <summary>A JSON object of any shape, all of whose texts can be written again.</summary>
    public JsonElement? Object()
    {
        if (!IsObject)
        {
            Wrong("Use a JSON object.");
            return null;
        }

        CheckTexts();
        return Value;
    }

    public T? OneOf<T>(IReadOnlyDictionary<string, T> known) where T : struct
    {
        if (Value.ValueKind == JsonValueKind.String && Text() is { } text && known.TryGetValue(text, out var value))
            return value;

        Wrong($"Use one of {string.Join(", ", known.Keys)}.");
        return null;
    }

    public void Unknown(params ReadOnlySpan<string> known) =>
        Wrong($"There is no such field; there is {string.Join(", ", known)}.");

    public string? Wrong(string message)
    {
        Errors.Add(Path.Length == 0 ? "body" : Path, message);
        return null;
    }

    private void CheckTexts()
    {
        switch (Value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in Members())
                    member.CheckTexts();
                break;
            case JsonValueKind.Array:
                foreach (var item in Items())
                    item.CheckTexts();
                break;
            case JsonValueKind.String:
                Text();
                break;
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
