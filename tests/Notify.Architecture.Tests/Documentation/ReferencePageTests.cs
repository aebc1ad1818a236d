using Notify.TestSupport;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>The generated pages of docs/reference match the code. <c>eng/update-reference-pages.sh</c> writes them.</summary>
public sealed class ReferencePageTests
{
    private static readonly string Generator = Repository.GetPath(
        $"eng/ReferencePages/bin/{Repository.Configuration}/net10.0/Notify.ReferencePages.dll"
    );

    [Fact]
    public async Task The_generated_reference_pages_match_the_code()
    {
        using var folder = new TemporaryFolder();
        await Command.RunAsync(folder.Path, "dotnet", [Generator, folder.Path]);
        var pages = Directory.EnumerateFiles(folder.Path).Select(file => Path.GetFileName(file)).ToList();

        Assert.Contains("options.md", pages);
        foreach (var page in pages)
        {
            var committed = await File.ReadAllTextAsync(Repository.GetPath($"docs/reference/{page}"));
            var generated = await File.ReadAllTextAsync(folder.File(page));
            Assert.True(
                committed == generated,
                $"docs/reference/{page} does not match the code. Run eng/update-reference-pages.sh and commit the page."
            );
        }
    }
}
