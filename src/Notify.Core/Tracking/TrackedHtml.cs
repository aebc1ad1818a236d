using System.Net;
using System.Text;

namespace Notify.Core.Tracking;

/// <summary>
/// The places in the HTML of an email that tracking changes. They are found once for content that many deliveries share. Each
/// character is read once, and malformed HTML is read as browsers read it.
/// </summary>
internal sealed class TrackedHtml
{
    private const string Mark = "data-notify-track";

    private readonly string _html;
    private readonly List<Link> _links = [];
    private int _end;

    private TrackedHtml(string html) => (_html, _end) = (html, html.Length);

    /// <summary>Gets the links whose targets are https URLs.</summary>
    public IReadOnlyList<Link> Links => _links;

    /// <summary>Gets whether the root or the body is marked as not to be tracked.</summary>
    public bool IsOff { get; private set; }

    public static TrackedHtml Parse(string html)
    {
        var parsed = new TrackedHtml(html);
        parsed.Read();
        return parsed;
    }

    /// <summary>Writes the HTML with other targets, and with an image before the end of the body.</summary>
    /// <param name="findTarget">Finds the new target of a link by its place; null to leave the link unchanged.</param>
    /// <param name="image">The URL of the image; null for none.</param>
    public string Write(Func<int, Uri, string?> findTarget, string? image)
    {
        var written = new StringBuilder(_html.Length + 1_024);
        var copied = 0;
        for (var i = 0; i < _links.Count; i++)
        {
            if (findTarget(i, _links[i].Target) is not { } target)
                continue;

            written.Append(_html, copied, _links[i].Start - copied).Append('"').Append(WebUtility.HtmlEncode(target)).Append('"');
            copied = _links[i].End;
        }

        if (image is not null)
        {
            written
                .Append(_html, copied, _end - copied)
                .Append("<img src=\"")
                .Append(WebUtility.HtmlEncode(image))
                .Append("\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">");
            copied = _end;
        }

        return written.Append(_html, copied, _html.Length - copied).ToString();
    }

    private void Read()
    {
        var at = 0;
        while (at < _html.Length && _html.IndexOf('<', at) is >= 0 and var start)
        {
            var rest = _html.AsSpan(start);
            if (rest.StartsWith("<!--"))
                // Outlook's conditional comments contain links as well. They are copies of others, or only for Outlook.
                at = FindBehind("-->", start + 4);
            else if (rest.Length > 1 && char.IsAsciiLetter(rest[1]))
                at = ReadElement(start + 1);
            else if (rest.StartsWith("</body", StringComparison.OrdinalIgnoreCase))
                (_end, at) = (start, FindBehind(">", start));
            else
                at = start + 1;
        }
    }

    /// <summary>
    /// Reads an element from its name, and returns the position behind its tag, or behind text that is not HTML.
    /// </summary>
    private int ReadElement(int at)
    {
        var nameEnd = at;
        while (nameEnd < _html.Length && !IsSpace(_html[nameEnd]) && _html[nameEnd] is not ('>' or '/'))
            nameEnd++;
        var name = _html[at..nameEnd].ToLowerInvariant();
        at = nameEnd;
        Attribute? href = null;
        var (isOff, isClosed) = (false, false);
        while (ReadAttribute(ref at, out isClosed) is { } attribute)
        {
            // The first of several attributes with the same name counts.
            if (_html.AsSpan(attribute.Name).Equals("href", StringComparison.OrdinalIgnoreCase))
                href ??= attribute;
            else if (_html.AsSpan(attribute.Name).Equals(Mark, StringComparison.OrdinalIgnoreCase))
                isOff |= _html.AsSpan(attribute.Value).Trim().Equals("off", StringComparison.OrdinalIgnoreCase);
        }

        // The end of the text came before the end of the tag, so it is not one.
        if (!isClosed)
            return _html.Length;

        switch (name)
        {
            case "html" or "body":
                IsOff |= isOff;
                break;
            case "a" or "area" when href is not null && !isOff:
                AddLink(href.Value);
                break;
            case "script" or "style" or "title" or "textarea" or "xmp" or "iframe" or "noembed" or "noframes":
                var end = _html.IndexOf($"</{name}", at, StringComparison.OrdinalIgnoreCase);
                return end < 0 ? _html.Length : end;
            case "plaintext":
                return _html.Length;
        }

        return at;
    }

    private void AddLink(Attribute href)
    {
        var text = WebUtility.HtmlDecode(_html[href.Value]).Trim();
        if (
            !text.Any(char.IsControl)
            && Uri.TryCreate(text, UriKind.Absolute, out var target)
            && target is { Scheme: "https", UserInfo: "", Host.Length: > 0 }
        )
            _links.Add(new Link(href.Start, href.End, ToAscii(target)));
    }

    // The header Location contains only ASCII, and the URL of a host may contain other letters.
    private static Uri ToAscii(Uri target) =>
        Ascii.IsValid(target.AbsoluteUri) ? target : new UriBuilder(target) { Host = target.IdnHost }.Uri;

    /// <summary>Reads the next attribute of a tag; null at the end of the tag, which is read then.</summary>
    private Attribute? ReadAttribute(ref int at, out bool isClosed)
    {
        while (at < _html.Length && (IsSpace(_html[at]) || _html[at] == '/'))
            at++;
        isClosed = at < _html.Length && _html[at] == '>';
        if (isClosed || at >= _html.Length)
        {
            at = Math.Min(at + 1, _html.Length);
            return null;
        }

        var name = at++;
        while (at < _html.Length && !IsSpace(_html[at]) && _html[at] is not ('>' or '/' or '='))
            at++;
        var nameEnd = at;
        var equals = SkipSpace(at);
        if (equals >= _html.Length || _html[equals] != '=')
            return new Attribute(name..nameEnd, nameEnd, nameEnd, nameEnd..nameEnd);

        var start = SkipSpace(equals + 1);
        at = start;
        if (start < _html.Length && _html[start] is '"' or '\'')
        {
            var end = _html.IndexOf(_html[start], start + 1);
            at = end < 0 ? _html.Length : end + 1;
            return new Attribute(name..nameEnd, start, at, (start + 1)..(end < 0 ? _html.Length : end));
        }

        while (at < _html.Length && !IsSpace(_html[at]) && _html[at] != '>')
            at++;
        return new Attribute(name..nameEnd, start, at, start..at);
    }

    private int SkipSpace(int at)
    {
        while (at < _html.Length && IsSpace(_html[at]))
            at++;
        return at;
    }

    private int FindBehind(string text, int at) =>
        _html.IndexOf(text, at, StringComparison.Ordinal) is >= 0 and var found ? found + text.Length : _html.Length;

    private static bool IsSpace(char character) => character is ' ' or '\t' or '\n' or '\r' or '\f';

    /// <summary>A link in the HTML.</summary>
    /// <param name="Start">The position of its target, with the quotation marks.</param>
    /// <param name="End">The position behind its target.</param>
    /// <param name="Target">The target.</param>
    internal sealed record Link(int Start, int End, Uri Target);

    private readonly record struct Attribute(Range Name, int Start, int End, Range Value);
}
