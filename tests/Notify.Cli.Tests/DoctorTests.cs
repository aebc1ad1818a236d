using System.Runtime.Versioning;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Cli.Tests;

/// <summary>What the doctor finds, and how it tells to fix it.</summary>
public sealed class DoctorTests(Service service)
{
    [Fact]
    public async Task A_healthy_service_has_no_failure()
    {
        using var user = new ToolUser(service.Address, Service.Key, Trigger.DefaultTenant);

        var result = (await RunAsync(user, exitCode: 0, "--json")).Json;

        Assert.True(result.GetProperty("healthy").GetBoolean());
        Assert.Equal("ok", Find(result, "reachability"));
        Assert.Equal("ok", Find(result, "key"));
        Assert.Equal("ok", Find(result, "readiness"));
        Assert.Contains("ok       service  key: The key is valid.", (await RunAsync(user, exitCode: 0)).Output);
    }

    [Fact]
    public async Task Each_problem_is_found_with_its_fix()
    {
        await ExpectAsync(null, null, "configuration", "notify login");
        await ExpectAsync("http://127.0.0.1:9", Service.Key, "reachability", "Check the port");
        await ExpectAsync("http://no-such-host.invalid", Service.Key, "reachability", "Correct the address");
        await ExpectAsync(service.Address, "wrong", "key", "notify keys create");
        await ExpectAsync(service.Address, null, "key", "notify login");
        await ExpectAsync(service.Address.Replace("/notify", ""), Service.Key, "service", "a path such as /notify");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Profiles_that_others_can_read_are_a_failure()
    {
        using var user = new ToolUser(null, null, Trigger.DefaultTenant);
        await user.RunAsync(["login", "--address", service.Address, "--key-stdin"], $"{Service.Key}\n", CancellationToken.None);
        await RunAsync(user, exitCode: 0);
        File.SetUnixFileMode(user.ProfileFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Contains("chmod 600", (await user.RunAsync("doctor")).Expect(1).Output);
    }

    private static async Task ExpectAsync(string? address, string? key, string name, string fix)
    {
        using var user = new ToolUser(address, key, Trigger.DefaultTenant);

        var result = await Eventually.FindAsync(
            async () =>
            {
                var run = (await user.RunAsync("doctor", "--json")).Expect(1);
                return FindFailed(run).Length == 1 ? run : null;
            },
            $"the only failure to be {name}"
        );
        var check = Assert.Single(FindFailed(result));
        Assert.Equal(name, check.GetProperty("name").GetString());
        Assert.Contains(fix, check.GetProperty("fix").GetString());
    }

    /// <summary>
    /// Runs the doctor until it ends with this code. A healthy service may not be ready for a moment, while the disk is busy.
    /// </summary>
    private static Task<ToolResult> RunAsync(ToolUser user, int exitCode, params string[] options) =>
        Eventually.FindAsync(
            async () => await user.RunAsync(["doctor", .. options]) is { } run && run.ExitCode == exitCode ? run : null,
            $"the doctor to end with {exitCode}"
        );

    private static JsonElement[] FindFailed(ToolResult result) =>
        [
            .. result
                .Json.GetProperty("checks")
                .EnumerateArray()
                .Where(check => check.GetProperty("status").GetString() == "failed"),
        ];

    private static string? Find(JsonElement result, string name) =>
        result
            .GetProperty("checks")
            .EnumerateArray()
            .Single(check => check.GetProperty("name").GetString() == name)
            .GetProperty("status")
            .GetString();
}
