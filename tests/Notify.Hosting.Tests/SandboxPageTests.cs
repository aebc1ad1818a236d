using System.Net.ServerSentEvents;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class SandboxPageTests
{
    [Fact]
    public async Task The_page_loads_nothing_from_other_sites_and_runs_only_its_own_script()
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.Client.GetAsync("/");
        var html = await response.Content.ReadAsStringAsync();
        var script = html.Split("<script>")[1].Split("</script>")[0];

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none';", policy);
        Assert.Contains($"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'", policy);
        Assert.DoesNotContain("//", html.Replace("http://www.w3.org/2000/svg", "").Replace("    // ", ""));
    }

    [Fact]
    public async Task The_list_is_newest_first()
    {
        await using var app = await ApiApplication.StartAsync();
        await SendAsync(app, "first");
        await SendAsync(app, "second");

        var list = await app.ReadAsync("/v1/sandbox/messages");
        Assert.Equal(
            ["second", "first"],
            list.GetProperty("items")
                .EnumerateArray()
                .Select(message => message.GetProperty("content").GetProperty("body").GetString()!)
        );
    }

    [Fact]
    public async Task The_stream_begins_with_ready_and_then_contains_every_message()
    {
        await using var app = await ApiApplication.StartAsync();
        await SendAsync(app, "before");
        await using var stream = await app.Client.GetStreamAsync("/v1/sandbox/messages/stream");
        await using var events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync());
        Assert.Equal("ready", events.Current.EventType);
        await SendAsync(app, "line one\nline two");
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("message", events.Current.EventType);
        var message = JsonDocument.Parse(events.Current.Data).RootElement;
        Assert.Equal("line one\nline two", message.GetProperty("content").GetProperty("body").GetString());
    }

    [Fact]
    public async Task An_open_stream_does_not_keep_the_application_from_stopping()
    {
        var app = await ApiApplication.StartAsync();
        await using var stream = await app.Client.GetStreamAsync("/v1/sandbox/messages/stream");
        await using var events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();
        await events.MoveNextAsync();

        var stopping = app.StopAsync();
        Assert.False(await events.MoveNextAsync());
        await stopping;
        await app.DisposeAsync();
    }

    private static async Task SendAsync(ApiApplication app, string text)
    {
        var body = JsonSerializer.Serialize(new { to = new { email = "ada@example.org" }, content = new { body = text } });
        using var response = await app.TriggerAsync(body);
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Any(message => message.Content.Body == text), "the message");
    }
}
