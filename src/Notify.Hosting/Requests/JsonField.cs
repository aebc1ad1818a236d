using System.Globalization;
using System.Text.Json;

namespace Notify.Hosting.Requests;

/// <summary>
/// A value in a request body or query, with its path. Reading it as a type that it does not have adds an error for its path.
/// </summary>
internal sealed class JsonField
{
    /// <summary>The path that errors use for the body as a whole.</summary>
    public const string RootPath = "body";

    private readonly JsonField? _around;
    private readonly int? _index;
    private string? _path;

    private JsonField(JsonElement value, string name, FieldErrors errors, JsonField? around, int? index = null) =>
        (Value, Name, Errors, _around, _index) = (value, name, errors, around, index);

    public JsonElement Value { get; }

    /// <summary>Gets the name of the member. For an item of an array, this is the name of the array.</summary>
    public string Name { get; }

    public FieldErrors Errors { get; }

    /// <summary>
    /// Gets the path of the field. It is built on demand, because most fields have no error, and cached, because nested fields
    /// use the paths of all levels around them.
    /// </summary>
    public string Path =>
        _path ??=
            _around is null ? Name
            : _index is { } index ? $"{_around.Path}[{index}]"
            : _around.GetPath(Name);

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    public bool IsArray => Value.ValueKind == JsonValueKind.Array;

    /// <summary>Creates a field for a body, which has no name, or for a parameter of a query.</summary>
    public static JsonField Root(JsonElement value, FieldErrors errors, string name = "") =>
        new(value, name, errors, around: null);

    /// <summary>Gets whether the value is null.</summary>
    public bool IsNull => Value.ValueKind == JsonValueKind.Null;

    /// <summary>Reads the members of an object. Members that are null are skipped, as if they were missing.</summary>
    public IEnumerable<JsonField> Members() => AllMembers().Where(member => !member.IsNull);

    /// <summary>Reads the members of an object, including those that are null.</summary>
    public IEnumerable<JsonField> AllMembers()
    {
        if (!IsObject)
        {
            Wrong(FieldErrorCodes.WrongType, Path.Length == 0 ? "The body must be a JSON object." : "Use a JSON object.");
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            if (ReadName(property) is not { } name)
            {
                Wrong(FieldErrorCodes.InvalidText, "A field name contains a NUL character or an unpaired surrogate.");
                continue;
            }

            var member = new JsonField(property.Value, name, Errors, this);
            if (!seen.Add(name))
                member.Wrong(FieldErrorCodes.Duplicate, "This field occurs more than once.");
            else
                yield return member;
        }
    }

    public IEnumerable<JsonField> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            Wrong(FieldErrorCodes.WrongType, "Use a JSON array.");
            yield break;
        }

        var index = 0;
        foreach (var item in Value.EnumerateArray())
            yield return new JsonField(item, Name, Errors, this, index++);
    }

    /// <summary>Reads an object whose members are strings.</summary>
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
            return Wrong(FieldErrorCodes.WrongType, message);

        string text;
        try
        {
            text = Value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Wrong(FieldErrorCodes.InvalidText, "The text contains an unpaired surrogate.");
        }

        // PostgreSQL cannot store NUL characters, and no vendor displays them. They are refused here so that all stores behave
        // the same.
        return text.Contains('\0', StringComparison.Ordinal)
            ? Wrong(FieldErrorCodes.InvalidText, "The text contains a NUL character.")
            : text;
    }

    /// <summary>
    /// Reads a time with an offset. A time without an offset is refused, because it would depend on the server's time zone.
    /// </summary>
    public DateTimeOffset? Time()
    {
        if (
            IsText
            && Value.TryGetDateTimeOffset(out var time)
            && Value.TryGetDateTime(out var local)
            && local.Kind != DateTimeKind.Unspecified
        )
            return time;

        Wrong("Use a time with an offset (RFC 3339), such as 2031-05-28T09:30:00Z.");
        return null;
    }

    /// <summary>Reads a local time, which applies in the recipient's time zone.</summary>
    public DateTime? LocalTime()
    {
        if (IsText && Value.TryGetDateTime(out var time) && time.Kind == DateTimeKind.Unspecified)
            return time;

        Wrong("Use a time without an offset, such as 2031-05-28T09:30:00. It applies in the recipient's time zone.");
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

        Wrong(FieldErrorCodes.WrongType, "Use a whole number.");
        return null;
    }

    public bool? Flag()
    {
        if (Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return Value.GetBoolean();

        Wrong(FieldErrorCodes.WrongType, "Use true or false.");
        return null;
    }

    public Guid? Id()
    {
        if (IsText && Value.TryGetGuid(out var id))
            return id;

        Wrong("Use an id that Notify issued, such as 0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04.");
        return null;
    }

    public byte[]? Base64()
    {
        if (IsText && Value.TryGetBytesFromBase64(out var bytes))
            return bytes;

        Wrong("Use base64.");
        return null;
    }

    /// <summary>Reads a JSON object of any shape. All strings in it must be valid.</summary>
    public JsonElement? Object()
    {
        if (!IsObject)
        {
            Wrong(FieldErrorCodes.WrongType, "Use a JSON object.");
            return null;
        }

        CheckTexts();
        return Value;
    }

    public T? GetOne<T>(IReadOnlyDictionary<string, T> known)
        where T : struct
    {
        if (IsText && known.TryGetValue(Value.GetString()!, out var value))
            return value;

        Wrong($"Use one of {string.Join(", ", known.Keys)}.");
        return null;
    }

    public void Unknown(params ReadOnlySpan<string> known)
    {
        if (_around is null)
            Wrong(FieldErrorCodes.UnknownParameter, $"Unknown parameter. The known parameters are {string.Join(", ", known)}.");
        else
            Wrong(FieldErrorCodes.UnknownField, $"Unknown field. The known fields are {string.Join(", ", known)}.");
    }

    /// <summary>Adds an error for a missing member.</summary>
    public void Missing(string name, string message) => Errors.Add(GetPath(name), FieldErrorCodes.Required, message);

    /// <summary>Adds an error for a value that does not have the form of the field.</summary>
    public string? Wrong(string message) => Wrong(FieldErrorCodes.Invalid, message);

    /// <summary>Adds an error of the kind with the code.</summary>
    public string? Wrong(string code, string message)
    {
        Errors.Add(Path.Length == 0 ? RootPath : Path, code, message);
        return null;
    }

    /// <summary>Gets whether this is a valid string. A string with an unpaired surrogate is not.</summary>
    private bool IsText => Value.ValueKind == JsonValueKind.String && Text() is not null;

    private string GetPath(string member) => Path.Length == 0 ? member : $"{Path}.{member}";

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

    private static string? ReadName(JsonProperty property)
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
