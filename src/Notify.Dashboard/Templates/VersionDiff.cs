namespace Notify.Dashboard.Templates;

/// <summary>The lines in which two versions of a template differ, with the lines around them.</summary>
internal static class VersionDiff
{
    // The table of the comparison has this many cells at most. Longer templates are compared as a whole.
    private const int MaxCells = 4_000_000;

    public static IReadOnlyList<DiffLine> Compare(Template before, Template after)
    {
        var (old, current) = (Write(before), Write(after));
        return (long)old.Count * current.Count > MaxCells
            ? [.. old.Select(line => new DiffLine('-', line)), .. current.Select(line => new DiffLine('+', line))]
            : Compare(old, current);
    }

    // The longest common subsequence keeps as many lines as possible.
    private static List<DiffLine> Compare(List<string> old, List<string> current)
    {
        var common = new int[old.Count + 1, current.Count + 1];
        for (var i = old.Count - 1; i >= 0; i--)
        {
            for (var j = current.Count - 1; j >= 0; j--)
                common[i, j] = old[i] == current[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<DiffLine>();
        var (left, right) = (0, 0);
        while (left < old.Count || right < current.Count)
        {
            if (left < old.Count && right < current.Count && old[left] == current[right])
            {
                lines.Add(new DiffLine(' ', old[left++]));
                right++;
            }
            else if (right == current.Count || (left < old.Count && common[left + 1, right] >= common[left, right + 1]))
                lines.Add(new DiffLine('-', old[left++]));
            else
                lines.Add(new DiffLine('+', current[right++]));
        }

        return lines;
    }

    private static List<string> Write(Template template)
    {
        var lines = new List<string>();
        if (template.Layout is { } layout)
            lines.Add($"layout: {layout}");
        if (template.Track is { } track)
            lines.Add(track ? "opens and clicks are tracked" : "opens and clicks are not tracked");
        foreach (var variant in template.Variants)
        {
            lines.Add($"{variant.Channel?.Name ?? "all other channels"}, {variant.Locale ?? "all other locales"}:");
            AddText(lines, "title", variant.Title);
            AddText(lines, "text", variant.Body);
            AddText(lines, "HTML", variant.Html);
        }

        return lines;
    }

    private static void AddText(List<string> lines, string name, string? text)
    {
        if (text is not null)
            lines.AddRange(text.ReplaceLineEndings("\n").Split('\n').Select(line => $"  {name}: {line}"));
    }
}

/// <summary>A line of a comparison.</summary>
/// <param name="Mark"><c>-</c> for a line of the older version, <c>+</c> for one of the newer, otherwise a space.</param>
/// <param name="Text">The line.</param>
internal sealed record DiffLine(char Mark, string Text);
