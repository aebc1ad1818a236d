using System.Runtime.Versioning;
using System.Text;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>A database file that cannot be used ends the start with a sentence that names it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UnusableFileTests
{
    [Fact]
    public async Task A_database_that_cannot_be_written_is_named()
    {
        await using var folder = new HostFolder();
        await (await folder.StartAsync(folder.Settings())).StopAsync();
        File.SetUnixFileMode(folder.Database, UnixFileMode.UserRead);

        // Root may write what nobody may, unless it gives up that right.
        string[] through = Environment.IsPrivilegedProcess ? [ServerProcess.Find("setpriv"), "--bounding-set=-dac_override"] : [];
        await AssertRefusedAsync(folder, folder.Launch(folder.Settings(), through), "readonly");
    }

    [Fact]
    public async Task A_database_whose_beginning_was_overwritten_is_named()
    {
        await using var folder = new HostFolder();
        await (await folder.StartAsync(folder.Settings())).StopAsync();
        await using (var file = File.OpenWrite(folder.Database))
            file.Write(Encoding.ASCII.GetBytes(new string('x', 4_096)));

        await AssertRefusedAsync(folder, folder.Launch(folder.Settings()), "is not a database");
    }

    [Fact]
    public async Task A_database_that_was_cut_off_is_named()
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
}
