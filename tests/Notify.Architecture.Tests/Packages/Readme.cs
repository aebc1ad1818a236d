using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Packages;

/// <summary>The code of a Markdown page, as a reader would copy it.</summary>
internal static partial class Readme
{
    /// <summary>
    /// The fenced blocks of a language below a heading, up to the next heading; of the whole page without a heading.
    /// </summary>
    public static IReadOnlyList<string> ReadBlocks(string file, string language, string? heading = null)
    {
        var page = File.ReadAllText(file);
        var section = heading is null ? page : FindSection(page, heading);
        return
        [
            .. Block().Matches(section).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value),
        ];
    }

    private static string FindSection(string page, string heading)
    {
        var start = page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"The page has no heading '{heading}'.");
        var end = page.IndexOf("\n#", start + heading.Length + 1, StringComparison.Ordinal);
        return end < 0 ? page[start..] : page[start..end];
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
