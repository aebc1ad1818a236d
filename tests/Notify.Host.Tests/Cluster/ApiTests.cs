using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Host.Tests.Cluster;

/// <summary>The API in one process.</summary>
public sealed class SingleProcessApiTests(SingleProcess host) : ApiTests(host.Client), IClassFixture<SingleProcess>;

/// <summary>The same API served by a cluster.</summary>
public sealed class ClusterApiTests(ClusterBehindGateway cluster) : ApiTests(cluster.Client), IClassFixture<ClusterBehindGateway>;

/// <summary>What clients can expect of the API, no matter how many processes serve it.</summary>
public abstract partial class ApiTests(HttpClient client)
{
    private readonly string _name = $"n{Guid.NewGuid():N}";

    [Fact]
    public async Task A_trigger_is_sent_and_its_key_leads_to_it_again()
    {
        var (status, accepted, headers) = await CallAsync("POST", "/v1/notifications", Email("ada"), ("Idempotency-Key", _name));
        Assert.Equal(HttpStatusCode.Accepted, status);
        var url = headers.Location!.ToString();
        Assert.Equal($"/v1/notifications/{accepted.GetProperty("id").GetString()}", url);

        await WaitUntilSentAsync(url, 1);
        var (_, again, replay) = await CallAsync("POST", "/v1/notifications", Email("ada"), ("Idempotency-Key", _name));
        Assert.Equal(accepted.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        Assert.True(again.GetProperty("duplicate").GetBoolean());
        Assert.Equal(url, replay.Location!.ToString());
        var (conflict, problem, _) = await CallAsync("POST", "/v1/notifications", Email("eve"), ("Idempotency-Key", _name));
        Assert.Equal((HttpStatusCode)422, conflict);
        Assert.Equal("idempotency_key_reused", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_user_is_reached_at_devices_and_by_topic()
    {
        await CallAsync("PUT", $"/v1/users/{_name}", """{"addresses":{"email":"ada@example.org"},"locale":"sv"}""");
        await CallAsync("PUT", $"/v1/users/{_name}/devices/phone", """{"platform":"android","token":"token-of-the-phone"}""");
        var (_, devices, _) = await CallAsync("GET", $"/v1/users/{_name}/devices");
        Assert.Equal("phone", devices.GetProperty("items")[0].GetProperty("id").GetString());
        await CallAsync("POST", $"/v1/topics/{_name}/subscribers", $$"""{"users":["{{_name}}"]}""");

        var push = await TriggerAsync($$"""{"to":{"user":"{{_name}}"},"channels":["push"],"content":{"body":"Text"} }""");
        var fanOut = await TriggerAsync($$"""{"to":{"topic":"{{_name}}"},"channels":["email"],"content":{"body":"Text"} }""");

        await WaitUntilSentAsync(push, 1);
        await WaitUntilSentAsync(fanOut, 1);
        var (removed, _, _) = await CallAsync("DELETE", $"/v1/users/{_name}");
        Assert.Equal(HttpStatusCode.NoContent, removed);
        var (gone, problem, _) = await CallAsync("GET", $"/v1/users/{_name}");
        Assert.Equal(HttpStatusCode.NotFound, gone);
        Assert.Equal("user", problem.GetProperty("resource").GetString());
    }

    [Fact]
    public async Task Preferences_change_only_in_the_state_that_the_caller_has_seen()
    {
        var path = $"/v1/users/{_name}/preferences";
        await CallAsync("PATCH", path, """{"items":[{"channel":"sms","status":"optedOut"}]}""");
        var (_, _, first) = await CallAsync("GET", path);
        Assert.NotNull(first.ETag);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { first.ETag } } };
        using var known = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);

        await CallAsync(
            "PATCH",
            path,
            """{"items":[{"channel":"push","status":"optedOut"}]}""",
            ("If-Match", first.ETag.ToString())
        );
        const string Late = """{"items":[{"channel":"email","status":"optedOut"}]}""";
        var (late, problem, _) = await CallAsync("PATCH", path, Late, ("If-Match", first.ETag.ToString()));

        Assert.Equal(HttpStatusCode.PreconditionFailed, late);
        Assert.Equal("precondition_failed", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_template_is_saved_previewed_used_and_deleted()
    {
        var path = $"/v1/templates/{_name}";
        const string Template = """{"variants":[{"title":"Hello {{ name }}","body":"Text"}]}""";
        var (saved, answer, _) = await CallAsync("PUT", path, Template);
        Assert.True(saved is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent, $"{saved} {answer}");
        var (_, preview, _) = await CallAsync("POST", $"{path}/preview", """{"data":{"name":"Ada"}}""");
        Assert.Contains("Hello Ada", preview.ToString(), StringComparison.Ordinal);
        await WaitUntilSentAsync(
            await TriggerAsync($$"""{"to":{"email":"ada@example.org"},"template":"{{_name}}","data":{"name":"Ada"} }"""),
            1
        );
        Assert.Equal(HttpStatusCode.NoContent, (await CallAsync("DELETE", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync("GET", path)).Status);
    }

    [Fact]
    public async Task A_scheduled_notification_is_listed_and_cancelled()
    {
        var later = DateTimeOffset.UtcNow.AddHours(1).ToString("O");
        var trigger =
            $$"""{"to":{"email":"a@example.org"},"content":{"body":"x"},"sendAt":"{{later}}","reference":"{{_name}}"}""";
        var url = await TriggerAsync(trigger);
        await TriggerAsync(trigger);
        var (_, page, _) = await CallAsync("GET", $"/v1/notifications?reference={_name}&limit=1");
        var (_, rest, _) = await CallAsync("GET", page.GetProperty("next").GetString()!);
        Assert.Equal(url, rest.GetProperty("items")[0].GetProperty("statusUrl").GetString());

        var (_, cancelled, _) = await CallAsync("POST", $"{url}/cancel", "");

        Assert.Contains("\"cancelled\"", (await CallAsync("GET", url)).Body.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(default, cancelled.ValueKind);
    }

    [Fact]
    public async Task Events_and_counts_report_what_was_sent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?types=delivery.*")
        {
            Headers = { { "X-Notify-Tenant", _name } },
        };
        using var stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await ReadUntilAsync(reader, "event: ready");

        // Other processes learn within a few seconds that someone watches.
        var heard = ReadUntilAsync(reader, "event: delivery.sent");
        while (!heard.IsCompleted)
        {
            await CallAsync("POST", "/v1/notifications", Email("ada"), ("X-Notify-Tenant", _name));
            await Task.WhenAny(heard, Task.Delay(200));
        }

        await heard;
        await Eventually.TrueAsync(
            async () =>
                (await CallAsync("GET", "/v1/analytics/deliveries", null, ("X-Notify-Tenant", _name)))
                    .Body.GetProperty("items")
                    .GetArrayLength() > 0,
            "the count"
        );
    }

    [Fact]
    public async Task A_new_key_is_accepted_everywhere_and_refused_everywhere_soon_after_it_was_revoked()
    {
        var (created, issued, location) = await CallAsync(
            "POST",
            "/v1/api-keys",
            $$"""{"name":"{{_name}}","scopes":["send","read"]}"""
        );
        Assert.Equal(HttpStatusCode.Created, created);
        string[] paths = ["/v1/notifications", "/v1/analytics/deliveries"];
        var key = issued.GetProperty("secret").GetString()!;
        foreach (var path in paths)
            Assert.Equal(HttpStatusCode.OK, await AskAsync(path));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("/v1/api-keys"));

        Assert.Equal(HttpStatusCode.NoContent, (await CallAsync("DELETE", location.Location!.ToString())).Status);

        foreach (var path in paths)
        {
            await Eventually.TrueAsync(async () => await AskAsync(path) == HttpStatusCode.Unauthorized, "the revocation");
            await Task.Delay(500); // Asking faster would count as guessing keys.
        }

        async Task<HttpStatusCode> AskAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", key) } };
            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Each_line_of_a_stream_is_answered()
    {
        using var body = new StringContent(
            $$"""
            {"to":{"email":"ada@example.org"},"content":{"body":"x"},"reference":"{{_name}}"}
            {"to":{"email":"nobody"},"content":{"body":"x"} }
            {"to":{"email":"eve@example.org"},"content":{"body":"x"},"reference":"{{_name}}"}
            """,
            Encoding.UTF8,
            "application/x-ndjson"
        );
        using var answer = await client.PostAsync("/v1/notifications/stream", body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 3, string.Join('\n', lines));
        Assert.Contains("invalid_request", lines[1], StringComparison.Ordinal);
        var (_, stored, _) = await CallAsync("GET", $"/v1/notifications?reference={_name}");
        Assert.Equal(2, stored.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("POST", "/v1/notifications", """{"to":{"email":"nobody"},"content":{}}""", 400, "invalid_request")]
    [InlineData("POST", "/v1/notifications", "{", 400, "invalid_json")]
    [InlineData("GET", "/v1/notifications?colour=red", null, 400, "invalid_request")]
    [InlineData("GET", "/v1/notifications/00000000-0000-7000-8000-000000000000", null, 404, "not_found")]
    [InlineData("DELETE", "/v1/notifications", null, 405, "method_not_allowed")]
    [InlineData("DELETE", "/v1/topics", null, 405, "method_not_allowed")]
    [InlineData("GET", "/v1/users/a/b/c", null, 404, "path_not_found")]
    [InlineData("GET", "/v1/nothing", null, 404, "path_not_found")]
    [InlineData("GET", "/elsewhere", null, 404, "path_not_found")]
    [InlineData("POST", "/v1/callbacks/nobody", "{}", 404, "provider_not_found")]
    [InlineData("PUT", "/v1/users/ada", """{"colour":"red"}""", 400, "invalid_request")]
    public async Task An_error_is_a_problem_document(string method, string path, string? body, int status, string code)
    {
        var (actual, problem, headers) = await CallAsync(method, path, body);

        Assert.Equal((status, code), ((int)actual, problem.GetProperty("code").GetString()));
        Assert.Equal($"/v1/errors/{code}", problem.GetProperty("type").GetString());
        Assert.True(headers.CacheControl?.NoStore);
        Assert.Equal(["nosniff"], headers.GetValues("X-Content-Type-Options"));
        using var page = await client.GetAsync(problem.GetProperty("type").GetString());
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_call_without_the_key_is_refused_and_HEAD_has_no_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/topics")
        {
            Headers = { Authorization = new("Bearer", "wrong") },
        };
        using var refused = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/topics"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    private static string Email(string name) =>
        $$"""{"to":{"email":"{{name}}@example.org"},"content":{"title":"Hello","body":"Text"} }""";

    private static async Task ReadUntilAsync(StreamReader reader, string line)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var read = "";
        while (read != line)
        {
            try
            {
                read = await reader.ReadLineAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                read = null;
            }

            Assert.True(read is not null, $"The stream ended, or was silent for a minute, without '{line}'.");
        }
    }

    private async Task<string> TriggerAsync(string body)
    {
        var (status, answer, headers) = await CallAsync("POST", "/v1/notifications", body);
        Assert.True(status == HttpStatusCode.Accepted, $"{status} {answer}");
        return headers.Location!.ToString();
    }

    private Task WaitUntilSentAsync(string url, int count) =>
        Eventually.TrueAsync(
            async () => (await CallAsync("GET", url)).Body.GetProperty("counts").GetProperty("sent").GetInt32() == count,
            "the deliveries"
        );

    private async Task<(HttpStatusCode Status, JsonElement Body, System.Net.Http.Headers.HttpResponseHeaders Headers)> CallAsync(
        string method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text), answer.Headers);
    }
}
