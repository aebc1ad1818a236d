using System.Text.Json;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>Applications with an outbox in their own database, and the service that they call.</summary>
public sealed class OutboxKillTests
{
    [Theory]
    [InlineData("postgresql", "2", "500", "3")]
    [InlineData("sqlite", "1", "200", "2")]
    public async Task Killing_applications_and_the_service_loses_no_committed_trigger_and_sends_none_twice(
        string engine,
        string applications,
        string count,
        string kills
    )
    {
        string[] arguments = ["--engine", engine, "--applications", applications, "--count", count, "--kills", kills];
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "outbox", .. arguments]
        );
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, process.Output);
        var result = JsonElement.Parse(process.Output.Split('\n').Single(line => line.StartsWith('{')));
        Assert.InRange(Number("committed"), int.Parse(count), int.MaxValue);
        Assert.Equal(Number("committed"), Number("arrived"));
        Assert.Equal((0, 0, 0), (Number("twice"), Number("rolled_back_arrived"), Number("refused")));
        Assert.InRange(Number("rolled_back"), 1, int.MaxValue);
        Assert.InRange(Number("host_kills"), 1, Number("kills") - 1);

        int Number(string name) => result.GetProperty(name).GetInt32();
    }
}
