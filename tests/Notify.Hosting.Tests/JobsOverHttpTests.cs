using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Jobs: an import of users, its progress, its errors and its end.</summary>
public sealed class JobsOverHttpTests
{
    private const string Import = "/v1/jobs/import-users";

    [Fact]
    public async Task An_import_saves_the_users_and_reports_an_error_for_each_line_that_failed()
    {
        await using var app = await ApiApplication.StartAsync();
        string[] lines =
        [
            """{"id":"ada","addresses":{"email":"ada@example.org"},"locale":"sv","properties":{"plan":"pro"}}""",
            """{"addresses":{"email":"x@example.org"}}""",
            """{"id":"grace","addresses":{"email":"nobody"},"colour":"red"}""",
            "",
            "{",
            """{"id":"lin","addresses":{"email":"nobody"}}""",
            .. Enumerable
                .Range(0, 300)
                .Select(i => $$$"""{"id":"user-{{{i}}}","addresses":{"email":"user{{{i}}}@example.org"}}"""),
            """{"id":"ada","addresses":{"email":"ada@example.com"}}""",
        ];

        var job = await StartAsync(app, string.Join('\n', lines));
        var ended = await EndedAsync(app, job);

        Assert.Equal("completed", ended.Text("state"));
        Assert.Equal((306, 306, 4), (Count(ended, "done"), Count(ended, "total"), Count(ended, "failed")));
        Assert.True(ended.GetProperty("perSecond").GetDouble() > 0);
        var ada = await app.CallAsync("GET", "/v1/users/ada");
        Assert.Equal("ada@example.com", ada.GetProperty("addresses").Text("email"));
        await app.CallAsync("GET", "/v1/users/user-299");

        var (_, report) = await app.AskAsync("GET", $"{job}/errors");
        var errors = report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Equal([2, 3, 5, 6], errors.Select(error => error.GetProperty("line").GetInt32()));
        Assert.Equal(["id"], errors[0].Fields());
        Assert.Equal(["colour"], errors[1].Fields());
        Assert.Equal(["body"], errors[2].Fields());
        Assert.Equal(["addresses.email"], errors[3].Fields());
        Assert.Equal("lin", errors[3].Text("id"));

        var listed = await app.CallAsync("GET", "/v1/jobs");
        Assert.Equal(ended.GetProperty("id").GetGuid(), Assert.Single(Items(listed)).GetProperty("id").GetGuid());
        Assert.Empty(Items(await app.CallAsync("GET", "/v1/jobs", tenant: "other")));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", job, tenant: "other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"{job}/errors", tenant: "other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("POST", $"{job}/cancel", tenant: "other")).Status);
        Assert.Equal("completed", (await app.CallAsync("POST", $"{job}/cancel")).Text("state"));
        await Eventually.TrueAsync(async () => await CountAsync(app, "job-queue") == 0, "the queue to be empty");
        Assert.Equal(0, await CountAsync(app, "job-chunks"));
    }

    [Fact]
    public async Task A_cancelled_job_saves_nothing_more_and_keeps_none_of_its_lines()
    {
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.Configure<NotificationsOptions>(options => options.Workers = Workers.None)
        );
        var job = await StartAsync(app, """{"id":"ada"}""");
        Assert.Equal("waiting", (await app.CallAsync("GET", job)).Text("state"));

        var cancelled = await app.CallAsync("POST", $"{job}/cancel");

        Assert.Equal("cancelled", cancelled.Text("state"));
        Assert.NotNull(cancelled.Text("endedAt"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/users/ada")).Status);
    }

    [Fact]
    public async Task An_import_whose_lines_do_not_arrive_saves_nothing_and_fails()
    {
        await using var app = await ApiApplication.StartAsync(options => options.BodyTimeout = TimeSpan.FromSeconds(1));
        await using var connection = await RawConnection.OpenAsync(app.Client.BaseAddress!);
        const string Line = """{"id":"ada"}""" + "\n";
        await connection.WriteAsync(
            $"POST {Import} HTTP/1.1\r\nHost: {app.Client.BaseAddress!.Authority}\r\nContent-Type: application/x-ndjson\r\n"
                + $"Content-Length: 1000\r\n\r\n{Line}"
        );

        Assert.StartsWith("HTTP/1.1 408 ", await connection.ReadAsync(), StringComparison.Ordinal);

        var job = Assert.Single(Items(await app.CallAsync("GET", "/v1/jobs")));
        Assert.Equal(("failed", "the lines did not arrive completely"), (job.Text("state"), job.Text("reason")));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/users/ada")).Status);
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.SendAsync("POST", Import, """{"id":"ada"}""");

        await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType);
        Assert.Empty(Items(await app.CallAsync("GET", "/v1/jobs")));
    }

    private static async Task<string> StartAsync(ApiApplication app, string lines)
    {
        var content = new StringContent(lines, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/x-ndjson"));
        using var response = await app.Client.PostAsync(new Uri(Import, UriKind.Relative), content);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    private static async Task<JsonElement> EndedAsync(ApiApplication app, string job)
    {
        await Eventually.TrueAsync(
            async () => (await app.CallAsync("GET", job)).TryGetProperty("endedAt", out _),
            "the job to end"
        );
        return await app.CallAsync("GET", job);
    }

    private static async Task<int> CountAsync(ApiApplication app, string collection)
    {
        var documents = app.Services.GetRequiredService<IDocumentStore>();
        var query = new DocumentQuery { Collection = collection };
        return (await documents.ListAsync(query, TestContext.Current.CancellationToken)).Count;
    }

    private static JsonElement[] Items(JsonElement list) => [.. list.GetProperty("items").EnumerateArray()];

    private static int Count(JsonElement job, string property) => job.GetProperty(property).GetInt32();
}
