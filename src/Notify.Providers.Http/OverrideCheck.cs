using System.Text;
using System.Text.Json;

namespace Notify.Providers.Http;

/// <summary>
/// Checks a vendor's object in <see cref="Content.Overrides"/> for members of a wrong type. A member that is null is valid: it
/// removes the member from what is sent.
/// </summary>
/// <param name="root">The vendor's name, the first part of each field's path.</param>
public sealed class OverrideCheck(string root)
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Gets the errors that were found.</summary>
    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>Adds an error.</summary>
    /// <param name="path">The path below the vendor's object, such as <c>android.ttl</c>; empty for the object itself.</param>
    /// <param name="code">The kind of the error, one of <see cref="FieldErrorCodes"/>.</param>
    /// <param name="message">What is wrong and how to fix it.</param>
    public void Add(string path, string code, string message) =>
        _errors.Add(new FieldError(path.Length == 0 ? root : $"{root}.{path}", code, message));

    /// <summary>Checks that a value is an object. Adds an error for anything else except null.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public bool IsObject(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return true;
        if (value.ValueKind != JsonValueKind.Null || path.Length == 0)
            Add(path, FieldErrorCodes.WrongType, "Use an object.");
        return false;
    }

    /// <summary>Checks that a value is a string.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public bool IsText(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return true;
        if (value.ValueKind != JsonValueKind.Null)
            Add(path, FieldErrorCodes.WrongType, "Use a string.");
        return false;
    }

    /// <summary>Checks that a value is a whole number.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="value">The value.</param>
    public void IsWholeNumber(string path, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Null && !(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)))
            Add(path, FieldErrorCodes.WrongType, "Use a whole number.");
    }

    /// <summary>Checks that a value is an object whose members are strings.</summary>
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

    /// <summary>Checks that the object alone is not larger than the vendor accepts.</summary>
    /// <param name="overrides">The vendor's object.</param>
    /// <param name="maxBytes">The vendor's limit, in bytes.</param>
    public void IsAtMost(JsonElement overrides, int maxBytes)
    {
        if (CountBytes(overrides) > maxBytes)
            Add("", FieldErrorCodes.TooLarge, $"Use at most {maxBytes} bytes.");
    }

    // Counts only what is sent: not white space, and not a member that is null.
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
