using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>A Markdown file with its headings and links, as GitHub renders them.</summary>
internal sealed partial class MarkdownPage
{
    private readonly List<Link> _links = [];
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);

    private MarkdownPage() { }

    public IReadOnlyList<Link> Links => _links;

    /// <summary>Whether a link to <c>#anchor</c> leads to a heading of the page.</summary>
    public bool HasAnchor(string anchor) => _anchors.Contains(anchor);

    public static MarkdownPage Parse(IEnumerable<string> lines)
    {
        var page = new MarkdownPage();
        var isCode = false;
        foreach (var (line, number) in lines.Select((line, index) => (line, index + 1)))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode)
                page.Read(line, number);
        }

        return page;
    }

    private void Read(string line, int number)
    {
        if (Heading().Match(line) is { Success: true } heading)
            AddAnchor(heading.Groups[1].Value);
        // Code in the middle of a line is no link, for example `x[0](y)`.
        foreach (Match link in LinkTarget().Matches(Code().Replace(line, "")))
            _links.Add(new Link(link.Groups[1].Value + link.Groups[2].Value, number));
    }

    // GitHub's rule: lower case, letters, digits, hyphens and underscores stay, a space becomes a hyphen. A repeated heading gets
    // a number.
    private void AddAnchor(string heading)
    {
        var text = LinkText().Replace(heading, "$1").ToLowerInvariant();
        var anchor = string.Concat(
            text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)
        );
        var unique = anchor;
        for (var repetition = 1; !_anchors.Add(unique); repetition++)
            unique = $"{anchor}-{repetition}";
    }

    [GeneratedRegex(@"^#{1,6} (.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"\]\(<?([^)\s>]+)|(?:href|src)=""([^""]+)""")]
    private static partial Regex LinkTarget();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();
}

/// <summary>A link of a page.</summary>
internal readonly record struct Link(string Target, int Line);
