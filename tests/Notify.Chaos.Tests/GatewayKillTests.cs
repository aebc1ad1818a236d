using System.Text.Json;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

public sealed class GatewayKillTests
{
    [Fact]
    public async Task Killing_any_process_of_a_cluster_loses_nothing_and_clients_of_the_gateway_see_only_errors_to_repeat()
    {
        ServerProcess.Find("redis-server");
        string[] arguments = ["--rounds", "1", "--clients", "4", "--pause-ms", "20", "--between", "20", "--processes", "few"];
        await using var process = ServerProcess.Start(
            "dotnet",
            ["exec", typeof(HostProcess).Assembly.Location, "gateway-kills", .. arguments]
        );
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, process.Output);
        var result = JsonElement.Parse(process.Output.Split('\n').Single(line => line.StartsWith('{')));
        Assert.Equal(4, Number("kills"));
        Assert.InRange(Number("count"), 100, int.MaxValue);
        Assert.Equal(Number("count"), Number("delivered"));
        Assert.Equal(Number("count"), Number("notifications"));
        Assert.Equal(0, Number("other_errors"));
        Assert.InRange(Number("repeated"), 1, int.MaxValue);

        int Number(string name) => result.GetProperty(name).GetInt32();
    }
}
