namespace Notify.Core.Validation;

/// <summary>
/// Finds half of a surrogate pair, which is not a character: UTF-8 cannot encode it, and PostgreSQL cannot store it.
/// </summary>
internal static class UnpairedSurrogate
{
    public const string Message = "The text contains an unpaired surrogate.";

    /// <summary>Determines whether a text contains an unpaired surrogate.</summary>
    public static bool IsIn(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
