using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>The names of values that form an open set: channels, platforms and kinds of receipts.</summary>
internal static class OpenName
{
    public const string Rule = "Use 1 to 32 lowercase letters, digits and hyphens; begin with a letter.";

    /// <summary>
    /// Determines whether a name has 1 to 32 lowercase ASCII letters, digits and hyphens, and begins with a letter.
    /// </summary>
    public static bool IsValid([NotNullWhen(true)] string? name)
    {
        if (name is not { Length: >= 1 and <= 32 } || !char.IsAsciiLetterLower(name[0]))
            return false;

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        return true;
    }
}
