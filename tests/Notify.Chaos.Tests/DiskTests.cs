using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Testing;

namespace Notify.Chaos.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_clearly_loses_nothing_and_is_caught_up_with_when_there_is_room()
    {
        await using var folder = new HostFolder();
        var settings = folder.Settings(VendorMood.Slow) with { LeaseDuration = TimeSpan.FromMinutes(1) };
        var host = folder.Launch(settings, "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh");
        Assert.True(await host.Ready, host.Output);
        using var load = new TriggerLoad(settings.Address, 200);
        await load.RunAsync(32, default);

        // No file of the process may grow beyond what the write-ahead log has: SQLite gets the error of a disk without room.
        await LimitFilesAsync(host, new FileInfo(folder.Database + "-wal").Length.ToString(CultureInfo.InvariantCulture));
        var acknowledged = 200;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = (await load.TrySendAsync(acknowledged, default))!;
                if (response.StatusCode == HttpStatusCode.Accepted)
                    acknowledged++;
                return response.StatusCode == HttpStatusCode.ServiceUnavailable
                    && (await response.Content.ReadAsStringAsync()).Contains("The store does not answer.", StringComparison.Ordinal);
            },
            "the disk to be full");

        await LimitFilesAsync(host, "unlimited");
        using (var response = await load.TrySendAsync(acknowledged, default))
            Assert.Equal(HttpStatusCode.Accepted, response!.StatusCode);
        await folder.SettledAsync();

        var accepted = folder.Record().Where(entry => entry.Act == VendorAct.Accepted).Select(entry => entry.NotificationId).ToList();
        Assert.Empty(load.Acknowledged.Except(accepted));
        Assert.Equal(acknowledged + 1, accepted.Distinct().Count());
        Assert.Equal(accepted.Count, accepted.Distinct().Count());
    }

    [Fact]
    public async Task A_database_that_cannot_be_written_ends_the_start_and_is_named()
    {
        await using var folder = new HostFolder();
        await (await folder.StartAsync(folder.Settings())).StopAsync();
        File.SetUnixFileMode(folder.Database, UnixFileMode.UserRead);

        // Root may write what nobody may, unless it gives up that right.
        string[] through = Environment.IsPrivilegedProcess ? [ServerProcess.Find("setpriv"), "--bounding-set=-dac_override"] : [];
        await AssertRefusedAsync(folder, folder.Launch(folder.Settings(), through), "readonly");
    }

    [Fact]
    public async Task A_database_whose_beginning_was_overwritten_ends_the_start_and_is_named()
    {
        await using var folder = new HostFolder();
        await (await folder.StartAsync(folder.Settings())).StopAsync();
        await using (var file = File.OpenWrite(folder.Database))
            file.Write(Encoding.ASCII.GetBytes(new string('x', 4_096)));

        await AssertRefusedAsync(folder, folder.Launch(folder.Settings()), "is not a database");
    }

    [Fact]
    public async Task A_database_that_was_cut_off_ends_the_start_and_is_named()
    {
        await using var folder = new HostFolder();
        await (await folder.StartAsync(folder.Settings())).StopAsync();
        await using (var file = File.OpenWrite(folder.Database))
            file.SetLength(3 * 4_096);

        await AssertRefusedAsync(folder, folder.Launch(folder.Settings()), "malformed");
    }

    private static async Task AssertRefusedAsync(HostFolder folder, HostProcess host, string because)
    {
        await host.WaitForExitAsync();
        Assert.Equal(1, host.ExitCode);
        Assert.Contains(folder.Database, host.Output, StringComparison.Ordinal);
        Assert.Contains(because, host.Output, StringComparison.Ordinal);
    }

    private static async Task LimitFilesAsync(HostProcess host, string soft)
    {
        var pid = host.Id.ToString(CultureInfo.InvariantCulture);
        using var prlimit = Process.Start(ServerProcess.Find("prlimit"), ["--pid", pid, $"--fsize={soft}:unlimited"]);
        await prlimit.WaitForExitAsync();
        Assert.Equal(0, prlimit.ExitCode);
    }
}
