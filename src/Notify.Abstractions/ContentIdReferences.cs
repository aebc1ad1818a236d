using System.Net;
using System.Text.RegularExpressions;

namespace Notify;

/// <summary>
/// A reader that finds the references to inline images in HTML: in attributes that hold URLs, in <c>style</c> attributes and
/// elements, and in the conditional comments that some mail clients interpret. Text and ordinary comments are ignored.
/// </summary>
/// <remarks>
/// Each character is read once, so the time is linear in the length of the HTML. Malformed HTML is read as browsers read it.
/// </remarks>
internal sealed partial class ContentIdReferences
{
    public const string Scheme = "cid:";

    private readonly string _html;
    private readonly List<ContentIdReference> _found = [];
    private int _at;

    private ContentIdReferences(string html) => _html = html;

    /// <summary>Finds all references, in document order.</summary>
    public static IReadOnlyList<ContentIdReference> Find(string? html)
    {
        if (html?.Contains(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return [];

        var references = new ContentIdReferences(html);
        references.Read();
        return references._found;
    }

    private void Read()
    {
        while (_html.IndexOf('<', _at) is >= 0 and var start)
        {
            _at = start + 1;
            if (StartsWith("!--") && !StartsWith("!--[if"))
                SkipBehind("-->");
            else if (_at < _html.Length && char.IsAsciiLetter(_html[_at]))
                ReadElement();
        }
    }

    private void ReadElement()
    {
        var name = ReadWhile(character => !IsEndOfName(character));
        ReadAttributes();
        switch (name.ToUpperInvariant())
        {
            case "STYLE":
                var start = _at;
                SkipTo("</style");
                ReadStyle(_html[start.._at], start);
                break;
            case "SCRIPT" or "TITLE" or "TEXTAREA":
                SkipTo($"</{name}");
                break;
        }
    }

    private void ReadAttributes()
    {
        while (true)
        {
            ReadWhile(character => char.IsWhiteSpace(character) || character == '/');
            if (_at >= _html.Length)
                return;
            if (_html[_at] == '>')
            {
                _at++;
                return;
            }

            var first = _html[_at++];
            var name = first + ReadWhile(character => !IsEndOfName(character) && character != '=');
            ReadWhile(char.IsWhiteSpace);
            if (_at >= _html.Length || _html[_at] != '=')
                continue;

            _at++;
            ReadWhile(char.IsWhiteSpace);
            ReadValue(name);
        }
    }

    private void ReadValue(string name)
    {
        if (_at >= _html.Length)
            return;

        var quote = _html[_at];
        if (quote is not ('"' or '\''))
        {
            var unquotedAt = _at;
            Add(name, ReadWhile(character => !char.IsWhiteSpace(character) && character != '>'), unquotedAt);
            return;
        }

        var start = ++_at;
        Add(name, ReadWhile(character => character != quote), start);
        _at = Math.Min(_at + 1, _html.Length);
    }

    private void Add(string attribute, string value, int index)
    {
        if (!value.Contains(':', StringComparison.Ordinal) && !value.Contains('&', StringComparison.Ordinal))
            return;

        var text = WebUtility.HtmlDecode(value);
        // Outlook's VML uses prefixed names such as o:href.
        switch (attribute[(attribute.LastIndexOf(':') + 1)..].ToUpperInvariant())
        {
            case "SRC" or "HREF" or "BACKGROUND" or "POSTER" or "DATA":
                AddUrl(text, index);
                break;
            case "SRCSET" or "IMAGESRCSET":
                foreach (var candidate in text.Split(','))
                    AddUrl(candidate.Trim().Split([' ', '\t', '\r', '\n'], 2)[0], index);
                break;
            case "STYLE":
                ReadStyle(text, index);
                break;
        }
    }

    private void ReadStyle(string css, int index)
    {
        foreach (Match match in StyleUrl().Matches(css))
            AddUrl(match.Groups[1].Value, index);
    }

    private void AddUrl(string url, int index)
    {
        var trimmed = url.Trim();
        if (trimmed.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            _found.Add(new ContentIdReference(Uri.UnescapeDataString(trimmed[Scheme.Length..]), index));
    }

    private string ReadWhile(Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < _html.Length && belongs(_html[_at]))
            _at++;
        return _html[start.._at];
    }

    private bool StartsWith(string text) => string.CompareOrdinal(_html, _at, text, 0, text.Length) == 0;

    private void SkipTo(string text)
    {
        var found = _html.IndexOf(text, _at, StringComparison.OrdinalIgnoreCase);
        _at = found < 0 ? _html.Length : found;
    }

    private void SkipBehind(string text)
    {
        SkipTo(text);
        _at = Math.Min(_at + text.Length, _html.Length);
    }

    private static bool IsEndOfName(char character) => char.IsWhiteSpace(character) || character is '/' or '>';

    // The optional quote and the white space after it form one group. With two adjacent \s* instead, a run of spaces could be
    // divided between them in many ways, and backtracking would take time quadratic in its length.
    [GeneratedRegex("""url\(\s*(?:["']\s*)?(cid:[^"')\s]*)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StyleUrl();
}

/// <summary>A reference to an inline image.</summary>
/// <param name="ContentId">The decoded content ID.</param>
/// <param name="Index">The position at which the attribute value or the style sheet begins.</param>
internal readonly record struct ContentIdReference(string ContentId, int Index);
