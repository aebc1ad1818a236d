using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Notify.Core.Validation;

/// <summary>
/// Finds texts that show nothing: white space, control and format characters (such as the zero width space), and other characters
/// that are drawn as nothing (Unicode, property Default_Ignorable_Code_Point, and the empty Braille pattern).
/// </summary>
internal static class BlankText
{
    // The ignorable characters whose category is not Format: fillers of Hangul, the combining grapheme joiner, inherent vowels of
    // Khmer, variation selectors, and the Braille pattern without dots.
    private static readonly SearchValues<char> Invisible = SearchValues.Create(
        "\u034F\u115F\u1160\u17B4\u17B5\u180B\u180C\u180D\u180F\u2800\u3164\uFFA0"
            + "\uFE00\uFE01\uFE02\uFE03\uFE04\uFE05\uFE06\uFE07\uFE08\uFE09\uFE0A\uFE0B\uFE0C\uFE0D\uFE0E\uFE0F"
    );

    /// <summary>Returns whether a text is missing or shows nothing.</summary>
    public static bool IsBlank([NotNullWhen(false)] string? text)
    {
        foreach (var rune in text.AsSpan().EnumerateRunes())
        {
            if (!IsBlank(rune))
                return false;
        }

        return true;
    }

    // The plane from U+E0000 contains only tags and variation selectors.
    private static bool IsBlank(Rune rune) =>
        Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control
        || (rune.IsBmp ? Invisible.Contains((char)rune.Value) : rune.Value is >= 0xE0000 and <= 0xE0FFF);
}
