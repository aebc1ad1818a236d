using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Hosting.Tests;

public sealed class EventStreamTests
{
    private const string Acme = "acme";
    private const string Mail = """{"to":{"email":"ada@example.org"},"content":{"body":"secret"}}""";

    [Fact]
    public async Task The_stream_begins_with_ready_and_contains_only_the_tenants_own_events()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("no"))
        );
        await using var stream = await OpenAsync(app);
        Assert.Equal("ready", (await stream.NextAsync()).EventType);

        var others = await app.AcceptAsync(Mail);
        await app.WhenAsync(others, "deadLetter", 1);
        var url = await app.AcceptAsync(Mail, Acme);

        var (accepted, failed) = (await stream.NextAsync(), await stream.NextAsync());
        Assert.Equal(("notification.accepted", "delivery.failed"), (accepted.EventType, failed.EventType));
        foreach (var item in new[] { accepted, failed })
        {
            var json = JsonElement.Parse(item.Data);
            Assert.Equal((item.EventId, item.EventType, Acme), (json.Text("id"), json.Text("type"), json.Text("tenant")));
            Assert.EndsWith(json.GetProperty("data").Text("notificationId")!, url, StringComparison.Ordinal);
            Assert.DoesNotContain("example.org", item.Data, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", item.Data, StringComparison.Ordinal);
        }

        var data = JsonElement.Parse(failed.Data).GetProperty("data");
        Assert.Equal(
            ["email", "mail", "deadLetter", "rejected", "no"],
            ((string[])["channel", "provider", "state", "outcome", "reason"]).Select(name => data.Text(name))
        );
    }

    [Fact]
    public async Task A_stream_that_was_interrupted_continues_without_a_gap_and_without_repetition()
    {
        await using var app = await ApiApplication.StartInMemoryAsync();
        await using var control = await OpenAsync(app);
        var ready = await control.NextAsync();
        var seen = new List<string>();
        string? last = null;

        // Each connection reads some events and is dropped; more events happen before the next one. The first one is dropped
        // before it has received any event, so it continues from the id of "ready".
        for (var connection = 0; connection < 6; connection++)
        {
            await using (var stream = await OpenAsync(app, last))
            {
                var first = await stream.NextAsync();
                Assert.Equal("ready", first.EventType);
                last = first.EventId;
                Assert.Equal(connection == 0 ? ready.EventId : seen.LastOrDefault() ?? ready.EventId, last);
                for (var read = 0; read < connection * 3; read++)
                    seen.Add(last = (await stream.NextAsync()).EventId!);
            }

            for (var i = 0; i < 10; i++)
                await app.AcceptAsync(Mail, Acme);
        }

        var expected = new List<string>();
        while (expected.Count < 120)
            expected.Add((await control.NextAsync()).EventId!);
        await using var final = await OpenAsync(app, last);
        await final.NextAsync();
        while (seen.Count < expected.Count)
            seen.Add((await final.NextAsync()).EventId!);

        Assert.Equal(expected, seen);
        Assert.Equal(expected.Count, expected.Distinct().Count());
    }

    [Theory]
    [InlineData("0194fdc2-fa2f-7cc0-81d3-ff1207451cd4")]
    [InlineData("not-an-id")]
    public async Task A_stream_after_an_unknown_event_begins_with_missed_and_then_has_what_is_kept(string unknown)
    {
        await using var app = await ApiApplication.StartInMemoryAsync();
        await using var before = await OpenAsync(app);
        await before.NextAsync();
        await app.AcceptAsync(Mail, Acme);
        var kept = await before.NextAsync();

        await using var stream = await OpenAsync(app, unknown);

        var (missed, ready, first) = (await stream.NextAsync(), await stream.NextAsync(), await stream.NextAsync());
        Assert.Equal(("missed", "{}", "ready"), (missed.EventType, missed.Data, ready.EventType));
        Assert.Equal((kept.EventId, kept.Data), (first.EventId, first.Data));
    }

    [Fact]
    public async Task A_stream_has_only_the_types_that_it_asks_for_and_continues_behind_the_others()
    {
        await using var app = await ApiApplication.StartInMemoryAsync();
        await using var stream = await OpenAsync(app, null, "?types=receipt.*,delivery.failed");
        await using var all = await OpenAsync(app);
        await stream.NextAsync();
        await all.NextAsync();

        await app.AcceptAsync(Mail, Acme);
        var accepted = await all.NextAsync();
        var sent = await all.NextAsync();
        Assert.Equal(("notification.accepted", "delivery.sent"), (accepted.EventType, sent.EventType));
        var delivery = JsonElement.Parse(sent.Data).GetProperty("data").Text("deliveryId");
        // The second report is the first one again, and the third one is of another time.
        foreach (var time in (string[])["10:00", "10:00", "11:00"])
        {
            var receipt = $$"""{"receipts":[{"deliveryId":"{{delivery}}","kind":"opened","at":"2026-01-01T{{time}}:00Z"}]}""";
            await app.CallAsync("POST", "/v1/receipts", receipt, Acme);
        }

        var (opened, again) = (await stream.NextAsync(), await stream.NextAsync());
        Assert.Equal(("receipt.opened", "receipt.opened"), (opened.EventType, again.EventType));
        Assert.NotEqual(opened.EventId, again.EventId);
        var (first, second) = (JsonElement.Parse(opened.Data), JsonElement.Parse(again.Data));
        Assert.Equal(delivery, first.GetProperty("data").Text("deliveryId"));
        Assert.Equal(delivery, second.GetProperty("data").Text("deliveryId"));
        Assert.True(first.GetProperty("data").GetProperty("isFirst").GetBoolean());
        Assert.False(second.GetProperty("data").GetProperty("isFirst").GetBoolean());
    }

    [Theory]
    [InlineData("?types=Delivery.sent", "types")]
    [InlineData("?types=delivery.*,", "types")]
    [InlineData("?types=*.sent", "types")]
    [InlineData("?type=delivery.sent", "type")]
    public async Task Other_parameters_are_refused(string query, string field)
    {
        await using var app = await ApiApplication.StartAsync();

        var problem = await (await app.Client.GetAsync($"/v1/events{query}")).ProblemAsync(HttpStatusCode.BadRequest);

        Assert.Equal([field], problem.Fields());
    }

    [Fact]
    public async Task Without_history_a_stream_that_comes_back_is_told_that_it_missed_events()
    {
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.Configure<NotificationsOptions>(options => options.EventHistory = TimeSpan.Zero)
        );
        string? last;
        await using (var stream = await OpenAsync(app))
            last = (await stream.NextAsync()).EventId;
        await Notify.TestSupport.Eventually.TrueAsync(
            () => !app.Services.GetRequiredService<IEventFeed>().IsWatched,
            "the end of the stream"
        );

        await using var again = await OpenAsync(app, last);

        Assert.Equal("missed", (await again.NextAsync()).EventType);
    }

    [Fact]
    public async Task An_open_stream_does_not_keep_the_application_from_stopping()
    {
        var app = await ApiApplication.StartAsync();
        await using var stream = await OpenAsync(app);
        await stream.NextAsync();

        await app.StopAsync();

        Assert.True(await stream.HasEndedAsync());
        await app.DisposeAsync();
    }

    private static async Task<EventReader> OpenAsync(ApiApplication app, string? lastEventId = null, string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/events{query}");
        request.Headers.Add("X-Notify-Tenant", Acme);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(
            new MediaTypeHeaderValue("text/event-stream"),
            response.EnsureSuccessStatusCode().Content.Headers.ContentType
        );
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    private sealed class EventReader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser
            .Create(stream)
            .EnumerateAsync()
            .GetAsyncEnumerator();

        public async Task<SseItem<string>> NextAsync()
        {
            // Items without data only carry an id.
            do Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            while (_items.Current.Data.Length == 0);
            return _items.Current;
        }

        public async Task<bool> HasEndedAsync() => !await _items.MoveNextAsync();

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            response.Dispose();
        }
    }
}
