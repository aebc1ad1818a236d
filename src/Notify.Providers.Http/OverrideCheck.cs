using System.Text;
using System.Text.Json;

namespace Notify.Providers.Http;

/// <summary>
/// Checks a vendor's object in <see cref="Content.Overrides"/> for members of a wrong type. A member that is null is removed from
/// what is sent, and always right.
/// </summary>
/// <param name="root">The vendor's name, with which each field begins.</param>
public sealed class OverrideCheck(string root)
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Gets what was found.</summary>
    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>Adds an error.</summary>
    /// <param name="path">The path below the vendor's object, such as <c>android.ttl</c>; empty for the object itself.</param>
    /// <param name="message">What is wrong, and what is right.</param>
    public void Add(string path, string message) =>
        _errors.Add(new FieldError(path.Length == 0 ? root : $"{root}.{path}", message));

    /// <summary>Checks that a value is an object; false, with an error, when it is anything else but null.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public bool IsObject(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return true;
        if (value.ValueKind != JsonValueKind.Null || path.Length == 0)
            Add(path, "Give an object.");
        return false;
    }

    /// <summary>Checks that a value is text.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public bool IsText(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return true;
        if (value.ValueKind != JsonValueKind.Null)
            Add(path, "Give a text.");
        return false;
    }

    /// <summary>Checks that a value is a whole number.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public void IsWholeNumber(string path, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Null && !(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)))
            Add(path, "Give a whole number.");
    }

    /// <summary>Checks that a value is an object whose members are all texts.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public bool IsMapOfTexts(string path, JsonElement value)
    {
        if (!IsObject(path, value))
            return false;
        foreach (var member in value.EnumerateObject())
            IsText($"{path}.{member.Name}", member.Value);
        return true;
    }

    /// <summary>Checks that the object alone does not exceed what the vendor takes.</summary>
    /// <param name="overrides">The vendor's object.</param>
    /// <param name="maxBytes">The most that the vendor takes, in bytes.</param>
    public void IsAtMost(JsonElement overrides, int maxBytes)
    {
        if (CountBytes(overrides) > maxBytes)
            Add("", $"Use at most {maxBytes} bytes.");
    }

    // No more than what will be sent: white space is not, and a member that is null removes another.
    private static int CountBytes(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .Where(member => member.Value.ValueKind != JsonValueKind.Null)
                .Sum(member => Encoding.UTF8.GetByteCount(member.Name) + CountBytes(member.Value)),
            JsonValueKind.Array => value.EnumerateArray().Sum(CountBytes),
            JsonValueKind.String => Encoding.UTF8.GetByteCount(value.GetString()!),
            _ => value.GetRawText().Length,
        };
}
