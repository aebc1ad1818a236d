namespace Notify.Core.Validation;

/// <summary>
/// The form of a language tag: subtags of 1 to 8 letters and digits with hyphens between, the first of 2 to 8 letters (RFC 5646
/// section 2.1). What a tag names is not looked up: what a machine knows of languages differs, and may be nothing.
/// </summary>
internal static class LanguageTag
{
    /// <summary>Enough for every tag that is in use (RFC 5646 section 4.4.1).</summary>
    private const int MaxLength = 35;

    public static void Check(List<FieldError> errors, string field, string? tag)
    {
        if (tag is not null && !IsWellFormed(tag))
            errors.Add(new FieldError(field, "This is no language tag; write it as pt-BR."));
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
