using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>Links among the files of the repository lead somewhere.</summary>
public sealed partial class LinkTests
{
    private const string Index = "docs/README.md";

    /// <summary>This file, which names pages that do not exist.</summary>
    private const string OwnFile = nameof(LinkTests);

    [Fact]
    public async Task Every_relative_link_and_anchor_exists()
    {
        var files = await Repository.FilesAsync();
        var pages = ReadPages(files);

        Assert.True(pages.Count > 30, $"Only {pages.Count} pages were found.");
        Assert.Equal([], pages.SelectMany(page => FindBroken(page.Key, page.Value, pages, files)));
    }

    [Theory]
    [InlineData("[a](missing.md)", "docs/a.md:2: missing.md does not exist")]
    [InlineData("![a](../pictures/missing.png)", "docs/a.md:2: ../pictures/missing.png does not exist")]
    [InlineData("<img src=\"missing.svg\">", "docs/a.md:2: missing.svg does not exist")]
    [InlineData("[a](b.md#not-there)", "docs/a.md:2: b.md#not-there has no such heading")]
    [InlineData("[a](#not-there)", "docs/a.md:2: #not-there has no such heading")]
    [InlineData("[a](b.md#the-size-of-a-page-1)", "docs/a.md:2: b.md#the-size-of-a-page-1 has no such heading")]
    public void A_broken_link_is_reported_with_its_place(string link, string finding) =>
        Assert.Equal([finding], FindBroken($"# A\n{link}"));

    [Theory]
    [InlineData("[a](b.md) [b](b.md#the-size-of-a-page) [c](#a) [d](../docs/) [e](https://example.org/x.md)")]
    [InlineData("`[a](missing.md)`")]
    [InlineData("```\n[a](missing.md)\n```")]
    public void A_link_that_leads_somewhere_is_not_reported(string text) => Assert.Empty(FindBroken($"# A\n{text}"));

    /// <summary>A reader who begins at the index finds every page.</summary>
    [Fact]
    public async Task The_index_leads_to_every_page_of_the_documentation()
    {
        var files = await Repository.FilesAsync();
        var pages = ReadPages(files);
        var found = new HashSet<string>(StringComparer.Ordinal) { Index };
        var waiting = new Queue<string>([Index]);
        while (waiting.TryDequeue(out var page))
        {
            foreach (var target in pages[page].Links.Select(link => Resolve(page, link.Target).File).OfType<string>())
            {
                if (pages.ContainsKey(target) && found.Add(target))
                    waiting.Enqueue(target);
            }
        }

        Assert.Equal(
            [],
            files.Where(file => file.StartsWith("docs/", StringComparison.Ordinal) && pages.ContainsKey(file)).Except(found)
        );
    }

    /// <summary>Comments, messages and configuration name pages by their paths. NNNN stands for a number.</summary>
    [Fact]
    public async Task Every_page_that_code_and_configuration_name_exists()
    {
        var files = await Repository.FilesAsync();
        var named = files
            .Where(file => !file.StartsWith("docs/", StringComparison.Ordinal) && !file.Contains(OwnFile) && IsText(file))
            .SelectMany(file =>
                NamedPage().Matches(File.ReadAllText(Repository.GetPath(file))).Select(match => (file, match.Value))
            )
            .ToList();

        Assert.NotEmpty(named);
        Assert.Equal([], named.Where(one => !files.Contains(one.Value)).Select(one => $"{one.file}: {one.Value} does not exist"));
    }

    /// <summary>Pages name files of the repository in code font, for example those that a new feature touches.</summary>
    [Fact]
    public async Task Every_file_that_a_page_names_exists()
    {
        var files = await Repository.FilesAsync();
        var named = files
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(page =>
                NamedFile().Matches(File.ReadAllText(Repository.GetPath(page))).Select(match => (page, match.Groups[1].Value))
            )
            .ToList();

        Assert.True(named.Count > 30, $"Only {named.Count} files are named.");
        Assert.Equal([], named.Where(one => !Exists(one.Value, files)).Select(one => $"{one.page}: {one.Value} does not exist"));
    }

    private static IEnumerable<string> FindBroken(string page)
    {
        var pages = new Dictionary<string, MarkdownPage>
        {
            ["docs/a.md"] = MarkdownPage.Parse(page.Split('\n')),
            ["docs/b.md"] = MarkdownPage.Parse(["# B", "## The `size` of a page"]),
        };
        return FindBroken("docs/a.md", pages["docs/a.md"], pages, [.. pages.Keys]);
    }

    private static IEnumerable<string> FindBroken(
        string file,
        MarkdownPage page,
        Dictionary<string, MarkdownPage> pages,
        IReadOnlyCollection<string> files
    )
    {
        foreach (var link in page.Links)
        {
            var (target, anchor) = Resolve(file, link.Target);
            if (target is null)
                continue;
            if (!Exists(target, files))
                yield return $"{file}:{link.Line}: {link.Target} does not exist";
            else if (anchor.Length > 0 && pages.TryGetValue(target, out var linked) && !linked.HasAnchor(anchor))
                yield return $"{file}:{link.Line}: {link.Target} has no such heading";
        }
    }

    /// <summary>
    /// The file that a link leads to, relative to the root, and the anchor in it; null for a link to elsewhere.
    /// </summary>
    private static (string? File, string Anchor) Resolve(string page, string link)
    {
        if (Scheme().IsMatch(link))
            return (null, "");

        var (path, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, "");
        if (path.Length == 0)
            return (page, anchor);

        var folder = Path.GetDirectoryName(Repository.GetPath(page))!;
        var target = Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(path)));
        return (Path.GetRelativePath(Repository.Root, target).Replace('\\', '/').TrimEnd('/'), anchor);
    }

    private static bool Exists(string path, IReadOnlyCollection<string> files) =>
        files.Contains(path) || files.Any(file => file.StartsWith($"{path.TrimEnd('/')}/", StringComparison.Ordinal));

    private static Dictionary<string, MarkdownPage> ReadPages(IEnumerable<string> files) =>
        files
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .ToDictionary(file => file, file => MarkdownPage.Parse(File.ReadLines(Repository.GetPath(file))));

    private static bool IsText(string file) => Path.GetExtension(file) is not (".png" or ".svg" or ".jsonl");

    [GeneratedRegex("^[a-z]+:")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"(?<![\w./-])docs/(?![\w./-]*NNNN)[\w./-]+\.md")]
    private static partial Regex NamedPage();

    [GeneratedRegex(@"`((?:bench|docs|eng|samples|src|tests)/(?![\w./-]*NNNN)[\w./-]+)`")]
    private static partial Regex NamedFile();
}
