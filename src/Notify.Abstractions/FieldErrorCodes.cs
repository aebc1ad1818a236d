namespace Notify;

/// <summary>
/// The kinds of errors in a field, which <see cref="FieldError.Code"/> and the HTTP API report. Codes do not change. Later
/// versions may add codes, so treat an unknown one like <see cref="Invalid"/>.
/// </summary>
public static class FieldErrorCodes
{
    /// <summary>The field is missing or empty, and is required.</summary>
    public const string Required = "required";

    /// <summary>The value does not have the form that the field requires.</summary>
    public const string Invalid = "invalid";

    /// <summary>The value has another JSON type than the field requires.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>
    /// The text contains a character that is not allowed, such as a control character or an unpaired surrogate.
    /// </summary>
    public const string InvalidText = "invalid_text";

    /// <summary>The value is not an address of its channel.</summary>
    public const string InvalidAddress = "invalid_address";

    /// <summary>The request has no field with this name.</summary>
    public const string UnknownField = "unknown_field";

    /// <summary>The call has no query parameter with this name.</summary>
    public const string UnknownParameter = "unknown_parameter";

    /// <summary>The field or the value occurs more than once.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The text has too many characters.</summary>
    public const string TooLong = "too_long";

    /// <summary>The value has too many bytes.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The list has too many items.</summary>
    public const string TooMany = "too_many";

    /// <summary>The number, duration or time is outside the allowed range.</summary>
    public const string OutOfRange = "out_of_range";

    /// <summary>The field refers to something that does not exist.</summary>
    public const string NotFound = "not_found";

    /// <summary>The field contradicts another field.</summary>
    public const string Conflict = "conflict";

    /// <summary>No provider serves the channel, or a provider does not support what the field requests.</summary>
    public const string Unsupported = "unsupported";

    /// <summary>The field must not be set here.</summary>
    public const string NotAllowed = "not_allowed";

    /// <summary>The value is not used by anything else in the request.</summary>
    public const string Unused = "unused";

    /// <summary>The template is not valid.</summary>
    public const string TemplateInvalid = "template_invalid";

    /// <summary>The template cannot be rendered with this data.</summary>
    public const string TemplateFailed = "template_failed";
}
