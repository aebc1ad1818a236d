using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests the reference host as several processes with different roles.</summary>
public sealed class HostRolesTests
{
    [Fact]
    public async Task The_delivery_process_sends_what_the_api_process_accepts()
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
            async () => (await client.GetStringAsync($"/v1/notifications/{id}")).Contains("\"sent\"", StringComparison.Ordinal),
            "the delivery"
        );
        using var notHere = await health.GetAsync($"/v1/notifications/{id}");
        Assert.Equal(HttpStatusCode.NotFound, notHere.StatusCode);
        await Eventually.TrueAsync(
            async () =>
                (await health.GetStringAsync("/metrics")).Contains("notify_deliveries_settled_total", StringComparison.Ordinal),
            "the delivery to be counted"
        );
        await health.WaitUntilReadyAsync();
    }

    [Fact]
    public async Task The_analytics_process_counts_what_was_sent_and_serves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var sent = folder.File("sent.jsonl");
        var (sender, trigger) = await StartAsync(folder, "api delivery", sent);
        await using var first = sender;
        var (reader, client) = await StartAsync(folder, "analytics", sent);
        await using var second = reader;
        var id = await TriggerAsync(trigger);

        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync("/v1/analytics/deliveries")).Contains("\"sandbox", StringComparison.Ordinal),
            "its count"
        );
        var metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("notify_queue_depth", metrics, StringComparison.Ordinal);
        Assert.Contains("notify_roles=\"analytics\"", metrics, StringComparison.Ordinal);
        await client.WaitUntilReadyAsync();
        string[] elsewhere = ["/v1/notifications", $"/v1/notifications/{id}", "/v1/dead-letters", "/v1/users/ada", "/v1/topics"];
        foreach (var path in elsewhere)
        {
            using var refused = await client.GetAsync(path);
            await refused.ProblemAsync(HttpStatusCode.NotFound);
        }
    }

    [Theory]
    [InlineData("--Notify:Roles=sender", "sender")]
    [InlineData("--Notify:Providers:mail:Type=pigeon", "pigeon")]
    [InlineData("--Notify:Providers:mail:Type=smtp", "Host")]
    public async Task An_invalid_setting_prevents_the_start_and_is_named(string argument, string named)
    {
        using var folder = new TemporaryFolder();
        await using var host = SampleProcess.Start(
            "Notify.Host",
            folder.Path,
            "--contentRoot",
            SampleProcess.Folder("Notify.Host"),
            "--Notify:Data",
            folder.Path,
            argument
        );

        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        Assert.Contains(named, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        TemporaryFolder folder,
        string roles,
        string sent
    ) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            null,
            "--Notify:Roles",
            roles,
            "--Notify:Sandbox:File",
            sent,
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );

    private static async Task<string> TriggerAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync(
            "/v1/notifications",
            new { to = new { email = "ada@example.org" }, content = new { body = "Text" } }
        );
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}
