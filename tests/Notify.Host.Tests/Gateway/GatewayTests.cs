using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Host.Tests.Gateway;

/// <summary>Tests what the gateway does with calls, with servers behind it that misbehave on demand.</summary>
public sealed class GatewayTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    private readonly string _test = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_call_is_forwarded_only_with_a_key_and_tells_who_called()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var refused = Create("POST", "/v1/notifications", body: "{}");
        refused.Headers.Authorization = new("Bearer", "another-key-of-nobody");
        using var problem = await gateway.Client.SendAsync(refused);
        Assert.Equal(HttpStatusCode.Unauthorized, problem.StatusCode);
        Assert.Equal("no-store", problem.Headers.GetValues("Cache-Control").Single());

        using var request = Create("POST", "/v1/notifications", body: "{}");
        request.Headers.Host = "notify.example.org";
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal($"from {gateway.First.Port}", await answer.Content.ReadAsStringAsync());
        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        var headers = Assert.Single(gateway.First.GetCalls(_test)).Headers;
        Assert.Equal($"Bearer {GatewayProcess.Key}", headers["Authorization"]);
        Assert.Equal("notify.example.org", headers["Host"]);
        Assert.Equal("127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("http", headers["X-Forwarded-Proto"]);
        Assert.Contains(trace, headers["traceparent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callbacks_and_unsubscribe_links_need_no_key()
    {
        using var callback = Create("POST", "/v1/callbacks/twilio?a=b", body: "x=y");
        callback.Headers.Authorization = null;
        using var unsubscribe = Create("GET", "/v1/unsubscribe/token");

        using var called = await new HttpClient { BaseAddress = gateway.Client.BaseAddress }.SendAsync(callback);
        using var shown = await new HttpClient { BaseAddress = gateway.Client.BaseAddress }.SendAsync(unsubscribe);

        Assert.Equal(HttpStatusCode.OK, called.StatusCode);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "key-1", "abort", 3, "upstream_failed", 502)]
    [InlineData("PUT", null, "abort", 1, "upstream_failed", 502)]
    [InlineData("GET", null, "abort", 3, "upstream_failed", 502)]
    [InlineData("PUT", "key-2", "abort-early", 3, "upstream_failed", 502)]
    [InlineData("DELETE", null, "abort", 1, "upstream_failed", 502)]
    [InlineData("GET", null, "silent", 3, "upstream_timeout", 504)]
    public async Task A_failed_call_is_repeated_only_if_it_cannot_take_effect_twice(
        string method,
        string? key,
        string script,
        int calls,
        string code,
        int status
    )
    {
        var body = method == "PUT" ? """{"locale":"sv"}""" : null;
        using var request = Create(method, "/v1/users/ada", script, body, key);

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        Call[] received = [.. gateway.First.GetCalls(_test), .. gateway.Second.GetCalls(_test)];
        Assert.Equal(calls, received.Length);
        if (script != "abort-early")
            Assert.All(received, call => Assert.Equal(body ?? "", call.Body));
    }

    [Fact]
    public async Task A_call_is_repeated_at_another_process()
    {
        for (var i = 0; i < 10; i++)
        {
            using var request = Create("PUT", "/v1/users/ada", $"abort {gateway.First.Port}", "{}", $"key-{i}");
            using var answer = await gateway.Client.SendAsync(request);
            Assert.Equal($"from {gateway.Second.Port}", await answer.Content.ReadAsStringAsync());
        }

        var second = gateway.Second.GetCalls(_test);
        Assert.Equal(10, second.Length);
        Assert.Equal(10, second.Select(call => call.Headers["Idempotency-Key"]).Distinct().Count());
    }

    [Fact]
    public async Task A_body_beyond_the_limit_for_replays_is_sent_once()
    {
        using var request = Create("PUT", "/v1/users/ada", "abort", new string(' ', 70_000) + "{}", "key-3");

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Single([.. gateway.First.GetCalls(_test), .. gateway.Second.GetCalls(_test)]);
    }

    [Fact]
    public async Task A_process_that_cannot_be_reached_is_skipped_even_for_calls_that_are_not_idempotent()
    {
        for (var i = 0; i < 10; i++)
        {
            using var answer = await gateway.Client.SendAsync(Create("POST", "/v1/analytics/deliveries", body: "{}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(10, gateway.Second.GetCalls(_test).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_refused_at_the_edge(bool isLengthKnown)
    {
        using var request = Create("POST", "/v1/notifications");
        request.Content = new ByteArrayContent(new byte[200_000]);
        request.Headers.TransferEncodingChunked = !isLengthKnown;

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("body_too_large", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        Assert.Empty(gateway.First.GetCalls(_test));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_arrives_before_the_stream_ends(bool isHttp2)
    {
        var client = isHttp2 ? gateway.Http2Client : gateway.Client;
        using var request = Create("GET", "/v1/users/ada", "events");
        if (isHttp2)
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(isHttp2 ? 2 : 1, answer.Version.Major);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: ready", await reader.ReadLineAsync());
        // The timeout of a try ends with the first byte of the response.
        await Task.Delay(TimeSpan.FromSeconds(8.5));
        Assert.Equal("data: {}", await reader.ReadLineAsync());
        var next = reader.ReadLineAsync();
        Assert.Equal("", await next);
        Assert.False(reader.ReadLineAsync().IsCompleted);
    }

    [Fact]
    public async Task Each_line_is_answered_before_the_next_one_is_sent()
    {
        using var lines = new LineContent();
        using var request = Create("POST", "/v1/notifications", "lines");
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Content = lines;
        var sending = gateway.Http2Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await lines.SendAsync("1");
        using var answer = await sending;
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        for (var line = 1; line <= 3; line++)
        {
            Assert.Equal($"result of {line}", await reader.ReadLineAsync());
            await lines.SendAsync($"{line + 1}");
        }

        lines.End();
        Assert.Equal("result of 4", await reader.ReadLineAsync());
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_not_presented_as_complete()
    {
        using var request = Create("GET", "/v1/notifications", "half");
        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        gateway.First.BreakOff.SetResult();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_process_that_is_not_ready_gets_no_calls()
    {
        gateway.Second.IsReady = false;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var test = Guid.NewGuid().ToString("N");
                    for (var i = 0; i < 20; i++)
                    {
                        using var request = Create("GET", "/v1/topics");
                        request.Headers.Remove("X-Test");
                        request.Headers.Add("X-Test", test);
                        using var answer = await gateway.Client.SendAsync(request);
                    }

                    return gateway.Second.GetCalls(test).Length == 0;
                },
                "the gateway to notice"
            );
        }
        finally
        {
            gateway.Second.IsReady = true;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("abort")]
    public async Task The_console_does_not_show_the_urls_of_calls(string script)
    {
        using var request = Create("GET", $"/v1/users/unspeakable-{_test}", script);

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(script == "", answer.IsSuccessStatusCode);
        Assert.DoesNotContain("unspeakable", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_documents_the_complete_api()
    {
        var document = await gateway.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var paths = document.GetProperty("paths");
        Assert.True(paths.TryGetProperty("/v1/notifications", out _));
        Assert.True(paths.TryGetProperty("/v1/events", out _));
    }

    private HttpRequestMessage Create(string method, string path, string script = "", string? body = null, string? key = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Headers = { { "X-Test", _test }, { "X-Script", script } },
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }
}
