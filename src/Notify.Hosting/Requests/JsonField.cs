using System.Globalization;
using System.Text.Json;

namespace Notify.Hosting.Requests;

/// <summary>
/// A value in a request body, or in a query, and the path to it. Reading it as what it is not names the path as wrong.
/// </summary>
internal sealed class JsonField
{
    /// <summary>How errors name the body as a whole.</summary>
    public const string RootPath = "body";

    private readonly JsonField? _around;
    private readonly int? _index;
    private string? _path;

    private JsonField(JsonElement value, string name, FieldErrors errors, JsonField? around, int? index = null) =>
        (Value, Name, Errors, _around, _index) = (value, name, errors, around, index);

    public JsonElement Value { get; }

    /// <summary>The member's name, and for an item that of its array.</summary>
    public string Name { get; }

    public FieldErrors Errors { get; }

    /// <summary>
    /// Put together when it is asked for: most fields are right, and nobody asks. Once, since each level of a nested field asks
    /// the one around it several times.
    /// </summary>
    public string Path =>
        _path ??=
            _around is null ? Name
            : _index is { } index ? $"{_around.Path}[{index}]"
            : _around.PathOf(Name);

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    public bool IsArray => Value.ValueKind == JsonValueKind.Array;

    /// <summary>A body, which has no name, or a parameter of a query.</summary>
    public static JsonField Root(JsonElement value, FieldErrors errors, string name = "") =>
        new(value, name, errors, around: null);

    /// <summary>Whether the value is null.</summary>
    public bool IsNull => Value.ValueKind == JsonValueKind.Null;

    /// <summary>An object's members. A member that is null counts as not given.</summary>
    public IEnumerable<JsonField> Members() => AllMembers().Where(member => !member.IsNull);

    /// <summary>An object's members with those that are null, for where a null must not count as not given.</summary>
    public IEnumerable<JsonField> AllMembers()
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
                Wrong("A field's name contains a NUL character or half of a surrogate pair.");
                continue;
            }

            var member = new JsonField(property.Value, name, Errors, this);
            if (!seen.Add(name))
                member.Wrong("This field is there twice.");
            else
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
            yield return new JsonField(item, Name, Errors, this, index++);
    }

    /// <summary>An object's members that are texts, by name.</summary>
    public Dictionary<string, string> Texts()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in Members())
        {
            if (member.Text() is { } text)
                texts.Add(member.Name, text);
        }

        return texts;
    }

    public string? Text() => Text("Use a string.");

    /// <summary>A text, or the message where the value is none.</summary>
    public string? Text(string message)
    {
        if (Value.ValueKind != JsonValueKind.String)
            return Wrong(message);

        string text;
        try
        {
            text = Value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Wrong("The text contains half of a surrogate pair.");
        }

        // PostgreSQL cannot store it, and no vendor shows it: refused here, it is the same for every store.
        return text.Contains('\0', StringComparison.Ordinal) ? Wrong("The text contains a NUL character.") : text;
    }

    /// <summary>A time with its offset. Without one it would mean the server's time zone.</summary>
    public DateTimeOffset? Time()
    {
        if (
            IsText
            && Value.TryGetDateTimeOffset(out var time)
            && Value.TryGetDateTime(out var local)
            && local.Kind != DateTimeKind.Unspecified
        )
            return time;

        Wrong("Use a time with its offset (RFC 3339), such as 2031-05-28T09:30:00Z.");
        return null;
    }

    /// <summary>A time on whatever clock the recipient has.</summary>
    public DateTime? LocalTime()
    {
        if (IsText && Value.TryGetDateTime(out var time) && time.Kind == DateTimeKind.Unspecified)
            return time;

        Wrong("Use a time without an offset, such as 2031-05-28T09:30:00; it is on the recipient's clock.");
        return null;
    }

    public TimeOnly? TimeOfDay()
    {
        if (
            IsText
            && TimeOnly.TryParseExact(
                Value.GetString(),
                ["HH:mm", "HH:mm:ss"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var time
            )
        )
            return time;

        Wrong("Use a time of day, such as 22:00.");
        return null;
    }

    public TimeSpan? Duration()
    {
        if (IsText && RequestDuration.TryParse(Value.GetString()!, out var duration))
            return duration;

        Wrong("Use a duration, such as PT5M (ISO 8601: days, hours, minutes, seconds) or 00:05:00.");
        return null;
    }

    public int? Number()
    {
        if (Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number))
            return number;

        Wrong("Use a whole number.");
        return null;
    }

    public bool? Flag()
    {
        if (Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return Value.GetBoolean();

        Wrong("Use true or false.");
        return null;
    }

    public Guid? Id()
    {
        if (IsText && Value.TryGetGuid(out var id))
            return id;

        Wrong("Use an id as Notify writes it, such as 0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04.");
        return null;
    }

    public byte[]? Base64()
    {
        if (IsText && Value.TryGetBytesFromBase64(out var bytes))
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

    public T? OneOf<T>(IReadOnlyDictionary<string, T> known)
        where T : struct
    {
        if (IsText && known.TryGetValue(Value.GetString()!, out var value))
            return value;

        Wrong($"Use one of {string.Join(", ", known.Keys)}.");
        return null;
    }

    public void Unknown(params ReadOnlySpan<string> known) =>
        Wrong($"There is no such field; there is {string.Join(", ", known)}.");

    /// <summary>Names a member that is not there and ought to be.</summary>
    public void Missing(string name, string message) => Errors.Add(PathOf(name), message);

    public string? Wrong(string message)
    {
        Errors.Add(Path.Length == 0 ? RootPath : Path, message);
        return null;
    }

    /// <summary>Whether this is a string that can be read; one with half of a surrogate pair cannot.</summary>
    private bool IsText => Value.ValueKind == JsonValueKind.String && Text() is not null;

    private string PathOf(string member) => Path.Length == 0 ? member : $"{Path}.{member}";

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
            return property.Name is var name && name.Contains('\0', StringComparison.Ordinal) ? null : name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
