using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Host.Tests.Cluster;

/// <summary>This part tests the inbox, workflows, jobs, dead letters and the audit log.</summary>
public abstract partial class ApiTests
{
    /// <summary>
    /// In a cluster, one process accepts the notification, another one puts the item into the inbox, and the browser is connected
    /// to any of them.
    /// </summary>
    [Fact]
    public async Task A_browser_sees_what_arrives_in_the_inbox_and_what_is_marked_elsewhere()
    {
        await MustAsync("PUT", $"/v1/users/{_name}", "{}");
        var token = (await MustAsync("POST", $"/v1/users/{_name}/inbox-tokens")).GetProperty("token").GetString();
        var authorization = new AuthenticationHeaderValue("Bearer", token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/inbox/events")
        {
            Headers = { Authorization = authorization },
        };
        using var stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await ReadUntilAsync(reader, "event: unread");

        var url = await TriggerAsync($$"""{"to":{"user":"{{_name}}"},"channels":["inbox"],"content":{"title":"Hello"} }""");
        await ReadUntilAsync(reader, "event: item");
        var item = await ReadDataAsync(reader);
        Assert.Equal(("Hello", false), (item.GetProperty("title").GetString(), item.TryGetProperty("readAt", out _)));
        Assert.EndsWith(item.GetProperty("notificationId").GetString()!, url, StringComparison.Ordinal);

        var mark = $$"""{"mark":"read","ids":["{{item.GetProperty("id").GetString()}}"]}""";
        Assert.Equal(1, (await MustAsync("POST", $"/v1/users/{_name}/inbox/mark", mark)).GetProperty("changed").GetInt32());
        await ReadUntilAsync(reader, "event: item");
        Assert.True((await ReadDataAsync(reader)).TryGetProperty("readAt", out _));
        Assert.Equal(0, (await MustAsync("GET", $"/v1/users/{_name}/inbox/unread")).GetProperty("unread").GetInt32());
        using var own = new HttpRequestMessage(HttpMethod.Get, "/v1/inbox") { Headers = { Authorization = authorization } };
        using var listed = await client.SendAsync(own);
        Assert.Contains("Hello", await listed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_is_used_in_the_version_that_is_current()
    {
        var path = $"/v1/workflows/{_name}";
        await MustAsync("PUT", $"/v1/templates/{_name}", """{"variants":[{"body":"Text"}]}""");
        await MustAsync("PUT", path, $$"""{"template":"{{_name}}"}""");
        await MustAsync("PUT", path, $$"""{"template":"{{_name}}","category":"orders"}""");
        await MustAsync("POST", $"{path}/rollback", """{"version":1}""");
        var versions = (await MustAsync("GET", $"{path}/versions")).GetProperty("items").GetArrayLength();

        var url = await TriggerAsync($$"""{"to":{"email":"ada@example.org"},"workflow":"{{_name}}"}""");

        await WaitUntilSentAsync(url, 1);
        var timeline = await MustAsync("GET", url);
        Assert.Equal(3, versions);
        Assert.Contains($"\"{_name}\"", timeline.GetProperty("workflow").ToString(), StringComparison.Ordinal);
        Assert.False(timeline.TryGetProperty("category", out _));
        Assert.Equal(HttpStatusCode.NoContent, (await CallAsync("DELETE", path)).Status);
        // Another process of the cluster may keep the deleted one in memory for a moment.
        var field = await Eventually.FindAsync(
            async () =>
            {
                var (status, problem, _) = await CallAsync(
                    "POST",
                    "/v1/notifications",
                    $$"""{"to":{"email":"ada@example.org"},"workflow":"{{_name}}"}"""
                );
                return status == HttpStatusCode.BadRequest
                    ? problem.GetProperty("errors")[0].GetProperty("field").GetString()
                    : null;
            },
            "the refusal of a workflow that was deleted"
        );
        Assert.Equal("workflow", field);
    }

    [Fact]
    public async Task A_job_imports_users_and_reports_the_lines_that_failed()
    {
        using var lines = new StringContent(
            $$"""
            {"id":"{{_name}}","locale":"sv"}
            {"id":"{{_name}}-2","locale":"???"}
            """,
            Encoding.UTF8,
            "application/x-ndjson"
        );
        using var started = await client.PostAsync("/v1/jobs/import-users", lines);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var job = started.Headers.Location!.ToString();

        await Eventually.TrueAsync(
            async () => (await MustAsync("GET", job)).GetProperty("state").GetString() == "completed",
            "the import"
        );

        Assert.Equal(1, (await MustAsync("GET", job)).GetProperty("failed").GetInt32());
        var error = await MustAsync("GET", $"{job}/errors");
        Assert.Equal((2, $"{_name}-2"), (error.GetProperty("line").GetInt32(), error.GetProperty("id").GetString()));
        Assert.Equal("sv", (await MustAsync("GET", $"/v1/users/{_name}")).GetProperty("locale").GetString());
    }

    [Fact]
    public async Task A_dead_letter_is_listed_counted_and_replayed()
    {
        var created = await MustAsync("POST", "/v1/api-keys", $$"""{"name":"{{_name}}","kind":"test","scopes":["send"]}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Headers = { Authorization = new("Bearer", created.GetProperty("secret").GetString()) },
            Content = new StringContent(Email("x").Replace("x@example.org", "rejected@notify.test"), null, "application/json"),
        };
        using var accepted = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var url = accepted.Headers.Location!.ToString();
        await WaitForDeadLetterAsync(attempts: 1);
        var delivery = (await ReadDeliveryAsync()).GetProperty("id").GetString();

        var listed = await MustAsync("GET", $"/v1/dead-letters?ids={delivery}");
        var replayed = await MustAsync("POST", "/v1/dead-letters/replay", $$"""{"ids":["{{delivery}}"]}""");

        Assert.Equal(delivery, Assert.Single(listed.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(1, replayed.GetProperty("count").GetInt32());
        await WaitForDeadLetterAsync(attempts: 2);

        async Task<JsonElement> ReadDeliveryAsync() =>
            (await MustAsync("GET", url)).GetProperty("deliveries").GetProperty("items")[0];

        Task WaitForDeadLetterAsync(int attempts) =>
            Eventually.TrueAsync(
                async () =>
                    await ReadDeliveryAsync() is var delivery
                    && delivery.GetProperty("state").GetString() == "deadLetter"
                    && delivery.GetProperty("attempts").GetArrayLength() == attempts,
                $"{attempts} attempts"
            );
    }

    [Fact]
    public async Task The_audit_log_has_what_each_process_changed()
    {
        (string Method, string Path, string Body)[] calls =
        [
            ("PUT", $"/v1/templates/{_name}", """{"variants":[{"body":"Text"}]}"""),
            ("POST", "/v1/api-keys", $$"""{"name":"{{_name}}","scopes":["read"]}"""),
        ];
        foreach (var (method, path, body) in calls)
            await MustAsync(method, path, body, ("X-Notify-Tenant", _name));

        var records = await MustAsync("GET", "/v1/audit", null, ("X-Notify-Tenant", _name));

        Assert.Equal(
            ["createApiKey", "saveTemplate"],
            records
                .GetProperty("items")
                .EnumerateArray()
                .Select(record => record.GetProperty("action").GetString())
                .Order(StringComparer.Ordinal)
        );
        Assert.All(records.GetProperty("items").EnumerateArray(), record =>
            Assert.Equal("127.0.0.1", record.GetProperty("client").GetString())
        );
    }

    private static async Task<JsonElement> ReadDataAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync();
        Assert.StartsWith("data: ", line, StringComparison.Ordinal);
        return JsonElement.Parse(line!["data: ".Length..]);
    }

    private async Task<JsonElement> MustAsync(
        string method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        var (status, answer, _) = await CallAsync(method, path, body, headers);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        return answer;
    }
}
