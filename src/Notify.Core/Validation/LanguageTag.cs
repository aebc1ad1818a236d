namespace Notify.Core.Validation;

/// <summary>
/// Validates the form of language tags: subtags of 1 to 8 letters and digits, separated by hyphens, the first with 2 to 8 letters
/// (RFC 5646 section 2.1). Whether the language exists is not checked, because machines differ in the languages they know.
/// </summary>
internal static class LanguageTag
{
    /// <summary>Long enough for every tag in use (RFC 5646 section 4.4.1).</summary>
    private const int MaxLength = 35;

    /// <summary>Adds an error if a tag is not well-formed. Null is valid.</summary>
    public static void Check(List<FieldError> errors, string field, string? tag)
    {
        if (tag is not null && !IsWellFormed(tag))
            errors.Add(new FieldError(field, FieldErrorCodes.Invalid, "Use a language tag, such as pt-BR."));
    }

    private static bool IsWellFormed(string tag)
    {
        if (tag.Length > MaxLength)
            return false;

        var subtags = tag.Split('-');
        return subtags[0].Length > 1
            && subtags[0].All(char.IsAsciiLetter)
            && subtags.All(subtag => subtag.Length is > 0 and <= 8 && subtag.All(char.IsAsciiLetterOrDigit));
    }
}
