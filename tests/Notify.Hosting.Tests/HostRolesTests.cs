using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.Testing;

namespace Notify.Hosting.Tests;

/// <summary>The reference host as several processes, each with its part.</summary>
public sealed class HostRolesTests
{
    [Fact]
    public async Task What_the_api_accepts_is_sent_by_the_process_for_delivery()
    {
        using var folder = new TemporaryFolder();
        var sent = folder.File("sent.jsonl");
        var (api, client) = await StartAsync(folder, "api", sent);
        await using var first = api;
        var id = await TriggerAsync(client);

        using var waiting = await client.GetAsync($"/v1/notifications/{id}");
        Assert.Contains("\"pending\"", await waiting.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var (sender, health) = await StartAsync(folder, "delivery retry", sent);
        await using var second = sender;

        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync($"/v1/notifications/{id}")).Contains("\"accepted\"", StringComparison.Ordinal), "the delivery");
        using var notHere = await health.GetAsync($"/v1/notifications/{id}");
        Assert.Equal(HttpStatusCode.NotFound, notHere.StatusCode);
        Assert.Contains("notify_deliveries_settled_total", await health.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await health.GetAsync("/health/ready")).StatusCode);
    }

    [Theory]
    [InlineData("--Notify:Roles=sender", "sender")]
    [InlineData("--Notify:Providers:mail:Type=pigeon", "pigeon")]
    [InlineData("--Notify:Providers:mail:Type=smtp", "Host")]
    public async Task A_wrong_setting_stops_the_start_and_is_named(string argument, string named)
    {
        using var folder = new TemporaryFolder();
        await using var host = SampleProcess.Start(
            "Notify.Host", folder.Path, "--contentRoot", SampleProcess.Folder("Notify.Host"), "--Notify:Data", folder.Path, argument);

        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        Assert.Contains(named, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(TemporaryFolder folder, string roles, string sent) =>
        SampleProcess.StartHostAsync(
            folder.Path, null, "--Notify:Roles", roles, "--Notify:Sandbox:File", sent, "--urls", $"http://127.0.0.1:{FreePort.Next()}");

    private static async Task<string> TriggerAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/v1/notifications", new { to = new { email = "ada@example.org" }, content = new { body = "Text" } });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}
