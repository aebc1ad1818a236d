using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Notify.Cli.Templates;

/// <summary>The difference between two templates, or the absence of one.</summary>
/// <param name="Name">The name.</param>
/// <param name="Change">added, changed, deleted or unchanged.</param>
/// <param name="Files">The files that differ.</param>
internal sealed record TemplateChange(string Name, string Change, IReadOnlyList<FileChange> Files)
{
    public const string Added = "added";
    public const string Changed = "changed";
    public const string Deleted = "deleted";
    public const string Unchanged = "unchanged";

    /// <summary>Compares two templates, each of which may be absent.</summary>
    public static TemplateChange Create(string name, Template? before, Template? after)
    {
        SortedDictionary<string, string> old = before is null ? [] : TemplateFiles.Write(before);
        SortedDictionary<string, string> next = after is null ? [] : TemplateFiles.Write(after);
        FileChange[] files =
        [
            .. old
                .Keys.Union(next.Keys)
                .Order(StringComparer.Ordinal)
                .Where(file => old.GetValueOrDefault(file) != next.GetValueOrDefault(file))
                .Select(file => FileChange.Create(file, old.GetValueOrDefault(file) ?? "", next.GetValueOrDefault(file) ?? "")),
        ];
        return new TemplateChange(
            name,
            before is null ? Added
                : after is null ? Deleted
                : files.Length > 0 ? Changed
                : Unchanged,
            files
        );
    }
}

/// <summary>The lines of a file that differ, each with its sign.</summary>
internal sealed record FileChange(string File, IReadOnlyList<string> Lines)
{
    public static FileChange Create(string file, string before, string after) =>
        new(
            file,
            [
                .. InlineDiffBuilder
                    .Diff(before.TrimEnd('\n'), after.TrimEnd('\n'), ignoreWhiteSpace: false)
                    .Lines.Where(line => line.Type is ChangeType.Inserted or ChangeType.Deleted)
                    .Select(line => $"{(line.Type == ChangeType.Inserted ? '+' : '-')}{line.Text}"),
            ]
        );
}
