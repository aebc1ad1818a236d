using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class SandboxOverHttpTests
{
    [Fact]
    public async Task The_list_is_newest_first()
    {
        await using var app = await ApiApplication.StartAsync();
        await SendAsync(app, "first");
        await SendAsync(app, "second");

        var list = await app.ReadAsync("/v1/sandbox/messages");
        Assert.Equal(["second", "first"], list.GetProperty("items").EnumerateArray().Select(ReadBody));
    }

    [Fact]
    public async Task The_list_is_filtered_and_keeps_its_filter_on_the_next_page()
    {
        await using var app = await ApiApplication.StartAsync();
        await SendAsync(app, "order 1");
        await SendAsync(app, "another");
        await SendAsync(app, "Order 2");

        var list = await app.ReadAsync("/v1/sandbox/messages?channel=email&recipient=ADA&text=order&limit=1");
        Assert.Equal("Order 2", ReadBody(Assert.Single(list.GetProperty("items").EnumerateArray())));
        var next = await app.ReadAsync(list.Text("next")!);
        Assert.Equal("order 1", ReadBody(Assert.Single(next.GetProperty("items").EnumerateArray())));
        Assert.False(next.TryGetProperty("next", out _));
        var none = await app.ReadAsync("/v1/sandbox/messages?channel=sms");
        Assert.Empty(none.GetProperty("items").EnumerateArray());

        using var wrong = await app.Client.GetAsync("/v1/sandbox/messages?channel=E%20mail&to=ada");
        var fields = (await wrong.ProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").EnumerateArray();
        Assert.Equal(["channel", "to"], fields.Select(error => error.Text("field")));
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

    private static string ReadBody(JsonElement message) => message.GetProperty("content").GetProperty("body").GetString()!;

    private static async Task SendAsync(ApiApplication app, string text)
    {
        var body = JsonSerializer.Serialize(new { to = new { email = "ada@example.org" }, content = new { body = text } });
        using var response = await app.TriggerAsync(body);
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Any(message => message.Content.Body == text), "the message");
    }
}
