using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Notify.Providers;

namespace Notify.Hosting.Tests;

public sealed class EventStreamTests
{
    private const string Acme = "acme";

    [Fact]
    public async Task The_stream_begins_with_ready_and_contains_only_the_tenants_own_settlements()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("no"))
        );
        await using var stream = await OpenAsync(app);
        await using var events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("ready", events.Current.EventType);

        var others = await app.AcceptAsync("""{"to":{"email":"bob@example.org"},"content":{"body":"x"}}""");
        await app.WhenAsync(others, "deadLetter", 1);
        var url = await app.AcceptAsync("""{"to":{"email":"ada@example.org"},"content":{"body":"secret"}}""", Acme);

        Assert.True(await events.MoveNextAsync());
        Assert.Equal("message", events.Current.EventType);
        var settled = JsonDocument.Parse(events.Current.Data).RootElement;
        Assert.EndsWith(settled.GetProperty("notificationId").GetString()!, url, StringComparison.Ordinal);
        Assert.Equal(
            ["email", "mail", "deadLetter", "rejected", "no"],
            ((string[])["channel", "provider", "state", "outcome", "reason"]).Select(name =>
                settled.GetProperty(name).GetString()
            )
        );
        Assert.DoesNotContain("example.org", events.Current.Data, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", events.Current.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_stream_does_not_keep_the_application_from_stopping()
    {
        var app = await ApiApplication.StartAsync();
        await using var stream = await OpenAsync(app);
        await using var events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();
        await events.MoveNextAsync();

        await app.StopAsync();

        Assert.False(await events.MoveNextAsync());
        await app.DisposeAsync();
    }

    private static async Task<Stream> OpenAsync(ApiApplication app)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Add("X-Notify-Tenant", Acme);
        var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(
            new MediaTypeHeaderValue("text/event-stream"),
            response.EnsureSuccessStatusCode().Content.Headers.ContentType
        );
        return await response.Content.ReadAsStreamAsync();
    }
}
