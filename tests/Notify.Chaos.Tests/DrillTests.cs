using System.Text.Json;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>A region that is lost under load, and the published scripts that move everything to the other one.</summary>
public sealed class DrillTests
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_with_a_region_that_commits_in_both_and_takes_over_again()
    {
        var result = await DrillAsync("--replication", "synchronous", "--failover", "manual");

        Assert.Equal((0, 0), (GetInt32(result, "lost_acknowledged"), result.GetProperty("rpo_seconds").GetDouble()));
        Assert.True(result.GetProperty("failback_gap_seconds").GetDouble() > 0);
    }

    /// <summary>
    /// The replica of Redis still knows the keys of what was lost. A client that repeats them must be accepted again.
    /// </summary>
    [Fact]
    public async Task Clients_repeat_what_was_lost_with_a_region_whose_replica_was_behind()
    {
        string[] watch = ["--failover", "automatic", "--interval", "1", "--failures", "2"];
        var result = await DrillAsync(["--replication", "asynchronous", "--lag-seconds", "1", "--failback", "no", .. watch]);

        Assert.InRange(GetInt32(result, "lost_acknowledged"), 1, int.MaxValue);
        Assert.Equal(GetInt32(result, "lost_acknowledged"), GetInt32(result, "repeated"));
        Assert.InRange(result.GetProperty("rpo_seconds").GetDouble(), 0.5, 300);
    }

    private static async Task<JsonElement> DrillAsync(params string[] arguments)
    {
        foreach (var program in new[] { "redis-server", "redis-cli", "curl" })
            ServerProcess.Find(program);
        string[] small = ["--count", "50", "--clients", "4", "--pause-ms", "20", "--processes", "one"];
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "drill", .. small, .. arguments]
        );
        await process.WaitForExitAsync();

        // The program compares its figures with the objectives, and fails if they are missed.
        Assert.True(process.ExitCode == 0, process.Output);
        var result = JsonElement.Parse(process.Output.Split('\n').Single(line => line.StartsWith('{')));
        Assert.InRange(result.GetProperty("rto_seconds").GetDouble(), 0.1, 15 * 60);
        Assert.Equal(0, GetInt32(result, "never_sent"));
        return result;
    }

    private static int GetInt32(JsonElement result, string name) => result.GetProperty(name).GetInt32();
}
