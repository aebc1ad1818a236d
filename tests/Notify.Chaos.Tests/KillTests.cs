using System.Text.Json;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task Kills_and_stops_under_load_lose_nothing_and_repeat_only_what_was_in_flight()
    {
        var result = await AuditAsync("--kills", "5", "--stops", "1", "--count", "3000");

        AssertNothingLost(result, 3_000);
        Assert.Equal((5, 1), (Number(result, "kills"), Number(result, "stops")));
    }

    [Fact]
    public async Task Kills_and_restarts_of_every_engine_lose_nothing_in_a_cluster()
    {
        ServerProcess.Find("redis-server");

        var result = await AuditAsync(
            "--topology",
            "cluster",
            "--kills",
            "4",
            "--stops",
            "1",
            "--restarts",
            "1",
            "--count",
            "3000"
        );

        AssertNothingLost(result, 3_000);
        Assert.Equal((4, 3), (Number(result, "kills"), Number(result, "engine_restarts")));
    }

    private static async Task<JsonElement> AuditAsync(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "chaos", .. arguments, "--data", folder.Path]
        );
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, process.Output);
        return JsonDocument.Parse(process.Output.Split('\n').Single(line => line.StartsWith('{'))).RootElement;
    }

    private static void AssertNothingLost(JsonElement result, int count)
    {
        Assert.Equal("chaos", result.GetProperty("scenario").GetString());
        Assert.Equal(count, Number(result, "acknowledged"));
        Assert.Equal(count, Number(result, "delivered"));
        Assert.Equal(0, Number(result, "lost"));
        Assert.Equal(0, Number(result, "stuck"));
        Assert.Equal(0, Number(result, "unexplained"));
    }

    private static int Number(JsonElement result, string name) => result.GetProperty(name).GetInt32();
}
