namespace Notify.Architecture.Tests;

/// <summary>CSharpier breaks long code but leaves comments and strings alone, so this is checked here.</summary>
public sealed class LineLengthTests
{
    private const int Longest = 130;

    private static readonly string[] Extensions = [".cs", ".csproj", ".props", ".targets", ".sh", ".yml", ".yaml"];
    private static readonly string[] Names = [".ci/run", ".editorconfig", "Dockerfile"];

    [Fact]
    public async Task No_line_has_more_than_130_characters()
    {
        var files = (await Repository.FilesAsync()).Where(IsChecked).ToList();

        Assert.True(files.Count > 500, $"Only {files.Count} files were found.");
        Assert.Equal([], files.SelectMany(file => FindLongLines(file, File.ReadLines(Repository.GetPath(file)))));
    }

    [Fact]
    public void A_line_is_measured_in_characters_and_reported_with_its_place()
    {
        string[] lines = [new('a', Longest), "", new('b', Longest + 1), string.Concat(Enumerable.Repeat("📦", Longest)), "\tc"];

        Assert.Equal(["src/A.cs:3: 131 characters"], FindLongLines("src/A.cs", lines));
    }

    private static bool IsChecked(string file) => Extensions.Contains(Path.GetExtension(file)) || Names.Contains(file);

    private static IEnumerable<string> FindLongLines(string file, IEnumerable<string> lines) =>
        from line in lines.Select((text, index) => (Number: index + 1, Length: text.EnumerateRunes().Count()))
        where line.Length > Longest
        select $"{file}:{line.Number}: {line.Length} characters";
}
