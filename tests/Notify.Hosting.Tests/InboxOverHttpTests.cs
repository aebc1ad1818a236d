using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>The inbox for backends and for browsers.</summary>
public sealed class InboxOverHttpTests : IAsyncLifetime
{
    private const string Key = "an-api-key-of-the-backend";
    private const string Origin = "https://app.example.org";
    private const string TokenKey = "0123456789abcdef0123456789abcdef";

    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await StartAsync();
        await SendAsync("PUT", "/v1/users/ada", "{}");
        await SendAsync("PUT", "/v1/users/grace", "{}");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_backend_lists_counts_and_marks_the_inbox_of_a_user()
    {
        for (var i = 0; i < 3; i++)
            await ArriveAsync("ada", $"Order {i}");

        var first = await CallAsync("GET", "/v1/users/ada/inbox?limit=2");
        var second = await CallAsync("GET", first.Text("next")!);
        JsonElement[] items = [.. first.GetProperty("items").EnumerateArray(), .. second.GetProperty("items").EnumerateArray()];
        Assert.Equal(["Order 2", "Order 1", "Order 0"], items.Select(item => item.Text("title")));
        Assert.Equal(("/orders", "Track"), (items[0].Text("url"), items[0].GetProperty("actions")[0].Text("label")));
        Assert.Equal("""{"unread":3,"mayBeMore":false}""", (await CallAsync("GET", "/v1/users/ada/inbox/unread")).GetRawText());

        var read = $$"""{"mark":"read","ids":["{{items[0].Text("id")}}"]}""";
        Assert.Equal(1, (await CallAsync("POST", "/v1/users/ada/inbox/mark", read)).GetProperty("changed").GetInt32());
        Assert.Equal(0, (await CallAsync("POST", "/v1/users/ada/inbox/mark", read)).GetProperty("changed").GetInt32());
        var unread = await CallAsync("GET", "/v1/users/ada/inbox?filter=unread");
        Assert.Equal(2, unread.GetProperty("items").GetArrayLength());
        var all = await CallAsync("POST", "/v1/users/ada/inbox/mark", """{"mark":"archived","all":true}""");
        Assert.Equal(3, all.GetProperty("changed").GetInt32());
        Assert.Equal(0, (await CallAsync("GET", "/v1/users/ada/inbox")).GetProperty("items").GetArrayLength());
        Assert.Equal(3, (await CallAsync("GET", "/v1/users/ada/inbox?filter=archived")).GetProperty("items").GetArrayLength());

        var timeline = await CallAsync("GET", $"/v1/notifications/{items[0].Text("notificationId")}");
        Assert.Contains("\"opened\"", timeline.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"mark":"read"}""", "ids")]
    [InlineData("""{"mark":"read","ids":["0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04"],"all":true}""", "all")]
    [InlineData("""{"mark":"read","all":false}""", "all")]
    [InlineData("""{"mark":"read","ids":[]}""", "ids")]
    [InlineData("""{"mark":"read","ids":["x"]}""", "ids[0]")]
    [InlineData("""{"mark":"seen","all":true}""", "mark")]
    [InlineData("""{"all":true}""", "mark")]
    public async Task A_wrong_mark_is_refused_with_its_field(string body, string field)
    {
        using var response = await SendAsync("POST", "/v1/users/ada/inbox/mark", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(field, problem.GetProperty("errors")[0].Text("field"));
    }

    [Fact]
    public async Task A_token_opens_the_inbox_of_its_user_and_nothing_else()
    {
        await ArriveAsync("ada", "Mine");
        await ArriveAsync("grace", "Hers");
        var token = await CreateTokenAsync("ada");

        var mine = await CallAsync("GET", "/v1/inbox", token: token);
        var item = Assert.Single(mine.GetProperty("items").EnumerateArray());
        Assert.Equal("Mine", item.Text("title"));
        using var foreignTenant = await SendAsync("GET", "/v1/inbox", token: token, tenant: "other");
        Assert.Contains("Mine", await foreignTenant.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var hers = (await CallAsync("GET", "/v1/users/grace/inbox")).GetProperty("items")[0].Text("id");
        var marked = await CallAsync("POST", "/v1/inbox/mark", $$"""{"mark":"read","ids":["{{hers}}"]}""", token);
        Assert.Equal(0, marked.GetProperty("changed").GetInt32());
        foreach (var path in (string[])["/v1/users/ada/inbox", "/v1/users/grace/inbox", "/v1/users/ada", "/v1/events"])
        {
            using var refused = await SendAsync("GET", path, token: token);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_token_that_is_missing_changed_expired_or_for_another_purpose_is_refused()
    {
        var token = await CreateTokenAsync("ada");
        await using var foreign = await StartAsync(key: new string('x', 32));
        var tokens = foreign.Services.GetRequiredService<IInboxTokens>();
        string?[] wrong =
        [
            null,
            "",
            Key,
            token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1],
            token + "AAAA",
            tokens.Create("default", "ada").Value,
        ];
        foreach (var one in wrong)
        {
            using var response = await SendAsync("GET", "/v1/inbox", token: one ?? "");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal("invalid_token", problem.Text("code"));
            Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tokens_expire_and_survive_the_rotation_of_keys()
    {
        var time = new ManualTime();
        string[] keys = [new('a', 32), new('b', 32)];
        await using var old = await StartAsync(keys[0], time);
        await using var current = await StartAsync(keys[1], time, keys[0]);
        await using var next = await StartAsync(keys[1], time);
        var token = old.Services.GetRequiredService<IInboxTokens>().Create("acme", "Åda / 1");

        Assert.True(current.Services.GetRequiredService<IInboxTokens>().TryRead(token.Value, out var user));
        Assert.Equal(("acme", "Åda / 1", token.ExpiresAt), (user.Tenant, user.UserId, user.ExpiresAt));
        Assert.False(next.Services.GetRequiredService<IInboxTokens>().TryRead(token.Value, out _));
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromHours(1), token.ExpiresAt, TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(current.Services.GetRequiredService<IInboxTokens>().TryRead(token.Value, out _));
    }

    [Fact]
    public async Task Only_pages_of_the_configured_origins_may_call_and_only_the_inbox_for_browsers()
    {
        var token = await CreateTokenAsync("ada");

        Assert.Equal((Origin, "authorization, content-type, last-event-id"), await AskPreflightAsync("/v1/inbox/mark", Origin));
        Assert.Equal((null, null), await AskPreflightAsync("/v1/inbox/mark", "https://evil.example"));
        Assert.Equal((null, null), await AskPreflightAsync("/v1/users/ada/inbox", Origin));
        using var allowed = await SendAsync("GET", "/v1/inbox", token: token, origin: Origin);
        using var refused = await SendAsync("GET", "/v1/inbox", origin: Origin);
        using var other = await SendAsync("GET", "/v1/inbox", token: token, origin: "https://evil.example");

        Assert.Equal(Origin, allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("Origin", allowed.Headers.Vary.Single());
        // The page must be able to read why a call was refused.
        Assert.Equal(Origin, refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_stream_reports_new_items_marks_and_counts_and_continues_where_it_was_interrupted()
    {
        var token = await CreateTokenAsync("ada");
        await ArriveAsync("ada", "Before");
        string? last;
        await using (var stream = await OpenAsync(token))
        {
            Assert.Equal(1, await stream.NextUnreadAsync());
            await ArriveAsync("grace", "Hers");
            await ArriveAsync("ada", "Now");
            var item = await stream.NextItemAsync("Now");
            Assert.Equal(2, await stream.NextUnreadAsync());

            await CallAsync("POST", "/v1/inbox/mark", $$"""{"mark":"read","ids":["{{item.Text("id")}}"]}""", token);
            Assert.NotNull((await stream.NextItemAsync("Now")).Text("readAt"));
            Assert.Equal(1, await stream.NextUnreadAsync());
            last = stream.LastId;
        }

        await ArriveAsync("ada", "Meanwhile");
        await using var continued = await OpenAsync(token, last);
        await continued.NextItemAsync("Meanwhile");
        Assert.Equal(2, await continued.NextUnreadAsync());
    }

    [Fact]
    public async Task A_stream_after_an_unknown_event_asks_to_read_the_inbox_again()
    {
        var token = await CreateTokenAsync("ada");

        await using var stream = await OpenAsync(token, "not-an-id");

        Assert.Equal("reset", (await stream.NextAsync()).EventType);
        Assert.Equal(0, await stream.NextUnreadAsync());
    }

    [Fact]
    public async Task Without_a_key_for_tokens_none_are_created()
    {
        await using var app = await ApiApplication.StartAsync(services: services => services.AddNotifications().AddInbox());

        var (status, body) = await app.AskAsync("POST", "/v1/users/ada/inbox-tokens");

        Assert.Equal(HttpStatusCode.NotImplemented, status);
        Assert.Contains("TokenKeys", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.AskAsync("GET", "/v1/inbox")).Status);
    }

    private static Task<ApiApplication> StartAsync(string key = TokenKey, ManualTime? time = null, params string[] oldKeys) =>
        ApiApplication.StartAsync(
            options => options.ApiKeys.Add(Key),
            services =>
            {
                if (time is not null)
                    services.AddSingleton<TimeProvider>(time);
                services
                    .AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
                    .AddInbox(options =>
                    {
                        foreach (var one in (string[])[key, .. oldKeys])
                            options.TokenKeys.Add(one);
                        options.AllowedOrigins.Add(Origin);
                    });
            }
        );

    private async Task ArriveAsync(string user, string title)
    {
        var trigger = $$$$"""
            {"to":{"user":"{{{{user}}}}"},"channels":["inbox"],"content":{"title":"{{{{title}}}}","inbox":{"url":"/orders",
                "actions":[{"label":"Track","url":"https://example.org/42"}]}}}
            """;
        await CallAsync("POST", "/v1/notifications", trigger);
        await Eventually.TrueAsync(
            async () => (await CallAsync("GET", $"/v1/users/{user}/inbox")).GetRawText().Contains($"\"{title}\""),
            "the item"
        );
    }

    private async Task<string> CreateTokenAsync(string user) =>
        (await CallAsync("POST", $"/v1/users/{user}/inbox-tokens")).Text("token")!;

    private async Task<JsonElement> CallAsync(string method, string path, string? json = null, string token = Key)
    {
        using var response = await SendAsync(method, path, json, token);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    private async Task<(string? Origin, string? Headers)> AskPreflightAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var response = await _app.Client.SendAsync(request);
        return (Get("Access-Control-Allow-Origin"), Get("Access-Control-Allow-Headers"));

        string? Get(string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        string? json = null,
        string token = Key,
        string? tenant = null,
        string? origin = null
    )
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (token.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await _app.Client.SendAsync(request);
    }

    private async Task<InboxStream> OpenAsync(string token, string? after = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/inbox/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        var response = await _app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new InboxStream(response, await response.Content.ReadAsStreamAsync());
    }

    private sealed class InboxStream(HttpResponseMessage response, Stream body) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();

        public string? LastId { get; private set; }

        public async Task<SseItem<string>> NextAsync()
        {
            Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            LastId = _items.Current.EventId;
            return _items.Current;
        }

        /// <summary>Reads the next number that follows all items read so far.</summary>
        public async Task<int> NextUnreadAsync()
        {
            while (true)
            {
                if (await NextAsync() is { EventType: "unread" } item)
                    return JsonElement.Parse(item.Data).GetProperty("unread").GetInt32();
            }
        }

        /// <summary>Reads until the item with a title arrives.</summary>
        public async Task<JsonElement> NextItemAsync(string title)
        {
            while (true)
            {
                if (await NextAsync() is { EventType: "item" } item && JsonElement.Parse(item.Data) is var json)
                {
                    Assert.NotEqual("Hers", json.Text("title"));
                    if (json.Text("title") == title)
                        return json;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            response.Dispose();
            await Task.CompletedTask;
        }
    }
}
