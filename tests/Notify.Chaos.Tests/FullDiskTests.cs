using System.Diagnostics;
using System.Globalization;
using System.Net;
using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_clearly_loses_nothing_and_is_caught_up_with_when_there_is_room()
    {
        await using var folder = new HostFolder();
        var settings = folder.Settings(VendorMood.Slow) with
        {
            AttemptTimeout = TimeSpan.FromSeconds(30),
            LeaseDuration = TimeSpan.FromMinutes(1),
        };
        var host = folder.Launch(settings, "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh");
        Assert.True(await host.Ready, host.Output);
        using var load = new TriggerLoad([settings.Address], 200);
        await load.RunAsync(32, default);

        // No file of the process may grow beyond what the write-ahead log has: SQLite gets the error of a full disk.
        await LimitFilesAsync(host, new FileInfo(folder.Database + "-wal").Length.ToString(CultureInfo.InvariantCulture));
        var acknowledged = 200;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = (await load.TrySendAsync(acknowledged, default))!;
                if (response.StatusCode == HttpStatusCode.Accepted)
                    acknowledged++;
                return response.StatusCode == HttpStatusCode.ServiceUnavailable
                    && (await response.Content.ReadAsStringAsync()).Contains(
                        "The store is unavailable.",
                        StringComparison.Ordinal
                    );
            },
            "the disk to be full"
        );

        await LimitFilesAsync(host, "unlimited");
        using (var response = await load.TrySendAsync(acknowledged, default))
            Assert.Equal(HttpStatusCode.Accepted, response!.StatusCode);
        await folder.SettledAsync();

        var accepted = folder
            .Record()
            .Where(entry => entry.Act == VendorAct.Accepted)
            .Select(entry => entry.NotificationId)
            .ToList();
        Assert.Empty(load.Acknowledged.Except(accepted));
        Assert.Equal(acknowledged + 1, accepted.Distinct().Count());
        Assert.Equal(accepted.Count, accepted.Distinct().Count());
    }

    private static async Task LimitFilesAsync(HostProcess host, string soft)
    {
        var pid = host.Id.ToString(CultureInfo.InvariantCulture);
        using var prlimit = Process.Start(ServerProcess.Find("prlimit"), ["--pid", pid, $"--fsize={soft}:unlimited"]);
        await prlimit.WaitForExitAsync();
        Assert.Equal(0, prlimit.ExitCode);
    }
}
