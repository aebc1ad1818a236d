using System.Text.Json;
using Notify.Load.Hosts;
using Notify.Testing;

namespace Notify.Chaos.Tests;

/// <summary>
/// Two versions beside each other. Building the previous version takes minutes, so that is a scenario of its own (<c>bench/Notify.Load
/// -- upgrade</c>); here this version is the previous one, and the next one has added to every table.
/// </summary>
public sealed class UpgradeTests
{
    [Fact]
    public async Task This_version_works_on_beside_a_next_one_whose_schema_step_only_adds_and_starts_again_after_it()
    {
        string[] arguments = ["--next-step", "yes", "--count", "40", "--clients", "2", "--pause-ms", "10"];
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "upgrade", .. arguments]
        );
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, process.Output);
        var result = JsonElement.Parse(process.Output.Split('\n').Single(line => line.StartsWith('{')));
        Assert.Equal(GetInt32("schema_before") + 1, GetInt32("schema_after"));
        Assert.InRange(GetInt32("count"), 200, int.MaxValue);
        Assert.Equal((0, 0, 0), (GetInt32("never_sent"), GetInt32("duplicates"), GetInt32("other_errors")));

        int GetInt32(string name) => result.GetProperty(name).GetInt32();
    }
}
