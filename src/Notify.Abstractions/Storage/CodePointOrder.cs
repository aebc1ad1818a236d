namespace Notify.Storage;

/// <summary>
/// Compares texts by their Unicode code points. Databases compare UTF-8 bytes, which gives the same order.
/// </summary>
internal sealed class CodePointOrder : IComparer<string>
{
    private const char FirstSurrogate = '\uD800';
    private const char AfterSurrogates = '\uE000';

    public static CodePointOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return string.CompareOrdinal(x, y);

        var common = x.AsSpan().CommonPrefixLength(y);
        return common == x.Length || common == y.Length
            ? x.Length.CompareTo(y.Length)
            : Rank(x[common]).CompareTo(Rank(y[common]));
    }

    /// <exception cref="ArgumentException">The text contains half of a surrogate pair.</exception>
    public static string CheckText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsWellFormed(text)
            ? text
            : throw new ArgumentException(
                "The text contains half of a surrogate pair, which UTF-8 cannot represent.",
                nameof(text)
            );
    }

    // Surrogates stand for the code points from U+10000, which come after all others.
    private static int Rank(char unit) => unit is >= FirstSurrogate and < AfterSurrogates ? unit + char.MaxValue : unit;

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsSurrogatePair(text, i))
                return false;
            i++;
        }

        return true;
    }
}
