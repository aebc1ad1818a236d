using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Architecture.Tests.Structure;

/// <summary>
/// A reader understands one folder of the engine after those that it uses, so the folders must not use each other.
/// </summary>
public sealed class FolderTests
{
    [Fact]
    public void The_folders_of_the_engine_form_no_cycle()
    {
        var engine = new ArchLoader().LoadAssemblies(typeof(InMemoryNotificationsBuilderExtensions).Assembly).Build();

        // An empty architecture would have no cycle either.
        Assert.True(engine.Types.Count(type => type.FullName.StartsWith("Notify.Core.Planning.", StringComparison.Ordinal)) > 10);
        SliceRuleDefinition.Slices().Matching("Notify.Core.(*)").Should().BeFreeOfCycles().Check(engine);
    }

    [Fact]
    public async Task The_namespace_of_a_library_file_is_its_folder()
    {
        var files = (await Repository.FilesAsync())
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .ToList();

        Assert.True(files.Count > 500, $"Only {files.Count} files were found.");
        Assert.Equal([], files.Where(file => !IsInPlace(file)));
    }

    private static bool IsInPlace(string file)
    {
        var parts = file.Split('/');
        var root = parts[1] == "Notify.Abstractions" ? "Notify" : parts[1];
        var expected = string.Join('.', [root, .. parts[2..^1]]);
        var declared = File.ReadLines(Repository.GetPath(file))
            .First(line => line.StartsWith("namespace ", StringComparison.Ordinal));

        // Extension methods for the application's builder live where its own file already looks.
        return declared == $"namespace {expected};"
            || (
                (declared.StartsWith("namespace Microsoft.", StringComparison.Ordinal) || declared == "namespace Aspire.Hosting;")
                && file.EndsWith("Extensions.cs", StringComparison.Ordinal)
            );
    }
}
