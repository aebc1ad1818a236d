using Notify.TestSupport;

namespace Notify.Architecture.Tests.Packages;

/// <summary>The tool is installed from its package as a user does it.</summary>
public sealed class ToolTests(PackedPackages packed)
{
    [Fact]
    public async Task The_installed_tool_has_the_version_of_its_package()
    {
        using var folder = new TemporaryFolder();
        var tool = (await packed.ListAsync()).Single(package => package.IsTool);
        var source = $"<clear/><add key=\"packed\" value=\"{packed.Folder}\"/>";
        await File.WriteAllTextAsync(
            folder.File("nuget.config"),
            $"<configuration><packageSources>{source}</packageSources></configuration>"
        );

        await PackedPackages.RunDotNetAsync(
            folder.Path,
            ["tool", "install", tool.Id, "--tool-path", folder.File("tools"), "--version", tool.Version]
        );
        var version = await Command.RunAsync(folder.Path, Path.Combine(folder.File("tools"), "notify"), ["--version"]);

        Assert.StartsWith(tool.Version, version, StringComparison.Ordinal);
    }
}
