using Notify.TestSupport;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>
/// Prose is spelled correctly: Markdown pages without their code, and the comments of the packages and samples. A word that the
/// dictionaries do not know belongs into <c>spelling/words.txt</c>.
/// </summary>
public sealed class SpellingTests
{
    [Fact]
    public async Task No_word_is_misspelt()
    {
        var files = (await Repository.FilesAsync()).Where(IsProse).Select(Repository.GetPath).ToList();

        Assert.True(files.Count > 400, $"Only {files.Count} files were found.");
        Assert.Equal("", await Cspell.CheckAsync(files));
    }

    [Theory]
    [InlineData("page.md", "A mesage that is recieved twice.", "mesage", "recieved")]
    [InlineData("Code.cs", "// The recieved mesage.\nvar adress = \"recipiant\";", "recieved", "mesage")]
    public async Task A_misspelt_word_is_found(string file, string text, params string[] words)
    {
        var findings = await CheckAsync(file, text);

        Assert.All(words, word => Assert.Contains($"({word})", findings, StringComparison.Ordinal));
        Assert.Equal(words.Length, findings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("page.md", "Call `recieve()` at <https://recieve.example.org>.\n\n```csharp\nvar recieved = 1;\n```\n")]
    [InlineData("Code.cs", "var recieved = \"mesage\"; // A message.")]
    public async Task Code_is_not_checked(string file, string text) => Assert.Equal("", await CheckAsync(file, text));

    private static async Task<string> CheckAsync(string file, string text)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File(file), text);
        return await Cspell.CheckAsync([folder.File(file)]);
    }

    private static bool IsProse(string file) =>
        file.EndsWith(".md", StringComparison.Ordinal)
        || (
            file.EndsWith(".cs", StringComparison.Ordinal)
            && (file.StartsWith("src/", StringComparison.Ordinal) || file.StartsWith("samples/", StringComparison.Ordinal))
        );
}
