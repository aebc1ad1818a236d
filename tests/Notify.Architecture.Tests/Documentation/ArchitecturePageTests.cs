using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>Tests the tables that tell how each part of the deployment was checked.</summary>
public sealed partial class ArchitecturePageTests
{
    private const string Page = "docs/explanation/architecture.md";

    private static readonly string[] Drawings =
    [
        "Kubernetes deployment",
        "Horizontal pod autoscaling",
        "Databases",
        "Environments and pipeline",
        "Load balancing",
        "Disaster recovery",
    ];

    private static readonly string[] Words = ["ran", "rendered", "documented"];

    [Fact]
    public async Task Every_row_names_files_that_exist_and_one_of_three_words()
    {
        var text = await File.ReadAllTextAsync(Repository.GetPath(Page));
        var rows = Row().Matches(text);

        Assert.Equal(Drawings, Heading().Matches(text).Select(heading => heading.Groups[1].Value));
        Assert.True(rows.Count > 50, $"Only {rows.Count} rows were found.");
        Assert.Equal(text.Split('\n').Count(line => IsRow(line, text)), rows.Count);
        var tracked = (await Repository.FilesAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.All(rows, row =>
        {
            Assert.Contains(row.Groups["word"].Value, Words);
            var files = Link().Matches(row.Groups["files"].Value).Select(link => link.Groups[1].Value).ToList();
            Assert.NotEmpty(files);
            // A folder is named for what is in it.
            Assert.All(files, file =>
                Assert.Contains(tracked, known => known == file || known.StartsWith($"{file}/", StringComparison.Ordinal))
            );
        });
    }

    /// <summary>A row that ran names a test, a program of the repository, or a script that a test runs.</summary>
    [Fact]
    public async Task No_row_that_ran_names_only_templates()
    {
        var rows = Row().Matches(await File.ReadAllTextAsync(Repository.GetPath(Page)));

        Assert.All(rows.Where(row => row.Groups["word"].Value == "ran"), row =>
            Assert.Contains(Link().Matches(row.Groups["files"].Value), link =>
                !link.Groups[1].Value.Contains("/templates/", StringComparison.Ordinal)
            )
        );
    }

    private static bool IsRow(string line, string text) =>
        line.StartsWith("| ", StringComparison.Ordinal)
        && line.Count(character => character == '|') == 5
        && !line.StartsWith("| Box or arrow", StringComparison.Ordinal)
        && text.IndexOf(line, StringComparison.Ordinal) > text.IndexOf("## Every box and arrow", StringComparison.Ordinal);

    [GeneratedRegex("^### (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| (?<box>[^|]+) \| (?<files>\[[^|]+\)) \| (?<word>[a-z]+) \| (?<how>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(\.\./\.\./([^)]+)\)")]
    private static partial Regex Link();
}
