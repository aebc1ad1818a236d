using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Notify.Core.Validation;

/// <summary>
/// Finds HTML that shows nothing, such as an empty paragraph, a comment or a style sheet alone. It recognizes what certainly
/// shows nothing: any other element, such as an image, and any background or border may show something.
/// </summary>
internal static class BlankHtml
{
    /// <summary>The elements that show only the text that they contain.</summary>
    private static readonly FrozenSet<string> Containers = FrozenSet.ToFrozenSet(
        [
            .. (string[])["a", "abbr", "article", "b", "big", "blockquote", "body", "br", "center", "code", "div", "em", "font"],
            .. (string[])["footer", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "html", "i", "link", "main", "meta"],
            .. (string[])["nav", "p", "pre", "s", "section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td"],
            .. (string[])["tfoot", "th", "thead", "tr", "tt", "u", "wbr"],
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The elements whose content is not shown.</summary>
    private static readonly FrozenSet<string> Hidden = FrozenSet.ToFrozenSet(
        ["script", "style", "template", "title"],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The parts of a tag with which an empty element may show something.</summary>
    private static readonly string[] Decorations = ["background", "bgcolor", "border"];

    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    );

    /// <summary>Returns whether HTML is missing or shows nothing.</summary>
    public static bool IsBlank([NotNullWhen(false)] string? html)
    {
        if (html is null)
            return true;

        for (var at = 0; at < html.Length; )
        {
            var markup = FindMarkup(html, at);
            if (!BlankText.IsBlank(WebUtility.HtmlDecode(html[at..markup])))
                return false;
            if (markup == html.Length)
                return true;
            if (!TrySkip(html, markup, out at))
                return false;
        }

        return true;
    }

    /// <summary>Finds where the next tag or comment begins. Any other angle bracket is text.</summary>
    private static int FindMarkup(string html, int at)
    {
        while ((at = html.IndexOf('<', at)) >= 0)
        {
            if (at + 1 < html.Length && (char.IsAsciiLetter(html[at + 1]) || html[at + 1] is '/' or '!' or '?'))
                return at;
            at++;
        }

        return html.Length;
    }

    /// <summary>Skips a tag or a comment, with the content that it hides. Returns false if it may show something.</summary>
    private static bool TrySkip(string html, int at, out int end)
    {
        if (html.AsSpan(at).StartsWith("<!--"))
        {
            end = FindAfter(html, "-->", at + 4);
            // Outlook shows what a conditional comment contains.
            return !html.AsSpan(at + 4).TrimStart().StartsWith("[if", StringComparison.OrdinalIgnoreCase);
        }

        end = FindTagEnd(html, at);
        if (!char.IsAsciiLetter(html[at + 1]))
            return true;

        var tag = html.AsSpan(at + 1, end - at - 1);
        var length = tag.IndexOfAnyExcept(LettersAndDigits);
        var name = (length < 0 ? tag : tag[..length]).ToString();
        if (Hidden.Contains(name))
        {
            end = FindTagEnd(html, FindAfter(html, $"</{name}", end));
            return true;
        }

        var attributes = tag.ToString();
        return Containers.Contains(name)
            && !Decorations.Any(decoration => attributes.Contains(decoration, StringComparison.OrdinalIgnoreCase));
    }

    private static int FindAfter(string html, string text, int at)
    {
        var found = html.IndexOf(text, at, StringComparison.OrdinalIgnoreCase);
        return found < 0 ? html.Length : found + text.Length;
    }

    /// <summary>Finds the end of a tag. The value of an attribute in quotes may contain the character that ends a tag.</summary>
    private static int FindTagEnd(string html, int at)
    {
        var (quote, isAfterEquals) = ('\0', false);
        for (; at < html.Length; at++)
        {
            var character = html[at];
            if (quote != '\0')
                quote = character == quote ? '\0' : quote;
            else if (character == '>')
                return at + 1;
            else if (isAfterEquals && character is ('"' or '\''))
                (quote, isAfterEquals) = (character, false);
            else if (!char.IsWhiteSpace(character))
                isAfterEquals = character == '=';
        }

        return at;
    }
}
