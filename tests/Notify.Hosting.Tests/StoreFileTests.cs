using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests the host's files: who can read them, and what happens if they disappear or the disk is full.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StoreFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Only_the_hosts_user_can_read_the_data()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        var (host, client) = await StartAsync(folder, data);
        await using var _ = host;
        await TriggerAsync(client, 1);

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        string[] files = Directory.GetFiles(data);
        Assert.Contains(Path.Combine(data, "notify.db"), files);
        Assert.Contains(Path.Combine(data, "secrets.key"), files);
        Assert.All(files, file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task An_existing_folder_and_file_keep_their_modes()
    {
        using var folder = new TemporaryFolder();
        var data = Directory.CreateDirectory(folder.File("data")).FullName;
        const UnixFileMode Shared = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        File.SetUnixFileMode(data, Shared | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        await File.WriteAllBytesAsync(Path.Combine(data, "notify.db"), []);
        File.SetUnixFileMode(Path.Combine(data, "notify.db"), Shared);
        var (host, _) = await StartAsync(folder, data);
        await using var __ = host;

        Assert.Equal(Shared | UnixFileMode.UserExecute | UnixFileMode.GroupExecute, File.GetUnixFileMode(data));
        Assert.Equal(Shared, File.GetUnixFileMode(Path.Combine(data, "notify.db")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_or_moved_database_is_detected(bool moved)
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        var (host, client) = await StartAsync(folder, data);
        await using var _ = host;
        Assert.Equal(HttpStatusCode.Accepted, await TriggerAsync(client, 1));

        var file = Path.Combine(data, "notify.db");
        if (moved)
            File.Move(file, folder.File("elsewhere.db"));
        else
            File.Delete(file);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await TriggerAsync(client, 1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/v1/users/ada")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task On_a_full_disk_the_host_is_not_ready()
    {
        using var folder = new TemporaryFolder();
        // Limits the size of the process's files to 2 MB (4,096 blocks of 512 bytes). As on a full disk, writes then fail and
        // reads succeed.
        var (host, client) = await StartAsync(
            folder,
            folder.File("data"),
            new()
            {
                ["NOTIFY_TEST_PRELUDE"] = "trap '' XFSZ; ulimit -f 4096",
                ["DOTNET_EnableWriteXorExecute"] = "0",
                ["DOTNET_EnableDiagnostics"] = "0",
            }
        );
        await using var _ = host;
        await client.WaitUntilReadyAsync();

        await Eventually.TrueAsync(
            async () => await TriggerAsync(client, 200_000) == HttpStatusCode.ServiceUnavailable,
            "the disk to be full"
        );

        await Eventually.TrueAsync(
            async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable,
            "the host not to be ready"
        );
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_stopping_host_first_becomes_not_ready_and_then_exits()
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await StartAsync(folder, folder.File("data"), new() { ["Notify__ShutdownDelay"] = "00:00:10" });
        await using var _ = host;

        host.Terminate();

        await Eventually.TrueAsync(
            async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable,
            "readiness to end"
        );
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, await TriggerAsync(client, 1));
        await host.WaitForExitAsync();
        Assert.Equal(0, host.ExitCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/health/live"));
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        TemporaryFolder folder,
        string data,
        Dictionary<string, string>? environment = null
    ) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            environment,
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}",
            "--Notify:Data",
            data
        );

    private static async Task<HttpStatusCode> TriggerAsync(HttpClient client, int length)
    {
        using var answer = await client.PostAsJsonAsync(
            "/v1/notifications",
            new { to = new { email = "ada@example.org" }, content = new { body = new string('x', length) } }
        );
        return answer.StatusCode;
    }
}
