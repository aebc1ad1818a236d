using static Notify.FieldErrorCodes;

namespace Notify.Hosting.Problems;

/// <summary>Every kind of error in a field. The page <c>docs/reference/errors.md</c> is generated from it.</summary>
internal static class FieldErrorTypes
{
    public static IReadOnlyList<FieldErrorType> All { get; } =
    [
        new(Required, "The field is missing or empty.", "Send the field."),
        new(Invalid, "The value does not have the form that the field requires.", "Send the form that `message` describes."),
        new(WrongType, "The value has another JSON type than the field requires.", "Send the type that `message` names."),
        new(
            InvalidText,
            "The text contains a character that is not allowed.",
            "Remove control characters, and send valid Unicode text."
        ),
        new(InvalidAddress, "The value is not an address of its channel.", "Correct the address."),
        new(UnknownField, "The request has no field with this name.", "Check the spelling. `message` lists the known fields."),
        new(UnknownParameter, "The call has no query parameter with this name.", "Check the spelling, or remove the parameter."),
        new(Duplicate, "The field or the value occurs more than once.", "Send it once."),
        new(TooLong, "The text has too many characters.", "Shorten the text."),
        new(TooLarge, "The value has too many bytes.", "Send less data, or a link to it."),
        new(TooMany, "The list has too many items.", "Send fewer items, or several calls."),
        new(
            OutOfRange,
            "The number, duration or time is outside the allowed range.",
            "Use a value within the range in `message`."
        ),
        new(NotFound, "The field refers to something that does not exist.", "Create it first, or correct the reference."),
        new(Conflict, "The field contradicts another field.", "Change or remove one of the fields that `message` names."),
        new(Unsupported, "No provider of this host supports what the field requests.", "Use another channel, or add a provider."),
        new(NotAllowed, "The field must not be set here.", "Remove the field."),
        new(Unused, "Nothing in the request uses the value.", "Use the value, or remove it."),
        new(TemplateInvalid, "The template is not valid.", "Correct the template at the position in `message`."),
        new(TemplateFailed, "The template cannot be rendered with this data.", "Correct the data or the template."),
    ];
}

/// <summary>A kind of error in a field.</summary>
/// <param name="Code">The code, one of <see cref="FieldErrorCodes"/>.</param>
/// <param name="Meaning">What is wrong.</param>
/// <param name="Fix">What the caller can do about it.</param>
internal sealed record FieldErrorType(string Code, string Meaning, string Fix);
