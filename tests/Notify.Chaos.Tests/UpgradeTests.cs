using System.Text.Json;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>The binaries of the previous version beside those of this one, on one database.</summary>
public sealed class UpgradeTests
{
    /// <summary>The exit code of eng/previous-version.sh in a clone without the commits that it needs.</summary>
    private const int IsNotInClone = 3;

    [Fact]
    public async Task Previous_and_current_binaries_share_a_database_under_load_forwards_and_back_across_a_next_schema_step()
    {
        var (exitCode, previous, errors) = await Command.TryAsync("/", ReferenceHost.PreviousVersionScript, []);
        Assert.SkipWhen(exitCode == IsNotInClone, errors);
        Assert.True(exitCode == 0, errors);

        string[] arguments = ["--next-step", "yes", "--count", "40", "--clients", "2", "--pause-ms", "10"];
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "upgrade", "--previous", previous.Trim(), .. arguments]
        );
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, process.Output);
        var result = JsonElement.Parse(process.Output.Split('\n').Single(line => line.StartsWith('{')));
        Assert.InRange(GetInt32("schema_after"), GetInt32("schema_before") + 1, int.MaxValue);
        Assert.InRange(GetInt32("count"), 200, int.MaxValue);
        Assert.Equal((0, 0, 0), (GetInt32("never_sent"), GetInt32("duplicates"), GetInt32("other_errors")));

        int GetInt32(string name) => result.GetProperty(name).GetInt32();
    }
}
