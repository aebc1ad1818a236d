using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using Notify.Testing;

namespace Notify.Hosting.Tests;

/// <summary>The host's files: who may read them, and what happens when they go or the disk is full.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StoreFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task The_data_is_readable_by_the_hosts_user_alone()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        var (host, client) = await StartAsync(folder, data);
        await using var _ = host;
        await TriggerAsync(client, 1);

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        string[] files = Directory.GetFiles(data);
        Assert.Contains(Path.Combine(data, "notify.db"), files);
        Assert.All(files, file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_folder_and_a_file_that_are_there_keep_their_modes()
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
    public async Task A_database_that_is_deleted_or_moved_is_noticed(bool moved)
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
        // No file of the process grows beyond 2 MB (4,096 blocks of 512 bytes), as if the disk were full: writes fail, reads do
        // not.
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
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);

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
    public async Task A_host_that_stops_is_first_not_ready_and_then_gone()
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await StartAsync(folder, folder.File("data"), new() { ["Notify__ShutdownDelay"] = "00:00:05" });
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
