using System.Diagnostics;
using Notify.TestSupport;

namespace Notify.Architecture.Tests.Packages;

/// <summary>The tool is installed from its package as a user does it.</summary>
public sealed class ToolTests(PackedPackages packed)
{
    [Fact]
    public async Task The_installed_tool_runs_and_shows_its_version()
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

        // The package has the version of the commit when it was packed, and the assembly that of the commit when it was built.
        var assembly = Directory.GetFiles(folder.Path, "Notify.Cli.dll", SearchOption.AllDirectories)[0];
        Assert.Equal(FileVersionInfo.GetVersionInfo(assembly).ProductVersion, version.Trim());
    }
}
