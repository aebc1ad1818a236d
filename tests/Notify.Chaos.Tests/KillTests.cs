using System.Text.Json;
using Notify.Load.Hosts;
using Notify.Testing;

namespace Notify.Chaos.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task Kills_and_stops_under_load_lose_nothing_and_repeat_only_what_was_in_flight()
    {
        using var folder = new TemporaryFolder();
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "chaos", "--kills", "5", "--stops", "1", "--count", "3000", "--data", folder.Path]);
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, process.Output);
        var line = process.Output.Split('\n').Single(line => line.StartsWith('{'));
        var result = JsonDocument.Parse(line).RootElement;
        Assert.Equal("chaos", result.GetProperty("scenario").GetString());
        Assert.Equal(3_000, Number("acknowledged"));
        Assert.Equal(3_000, Number("delivered"));
        Assert.Equal(0, Number("lost"));
        Assert.Equal(0, Number("stuck"));
        Assert.InRange(Number("duplicates"), 0, Number("in_flight_at_kills"));
        Assert.Equal((5, 1), (Number("kills"), Number("stops")));

        int Number(string name) => result.GetProperty(name).GetInt32();
    }
}
