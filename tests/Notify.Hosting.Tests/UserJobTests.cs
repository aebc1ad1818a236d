using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>The export and the erasure of everything about a user.</summary>
public sealed class UserJobTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_export_of_a_user_has_everything_about_the_user_and_nothing_about_others()
    {
        await using var app = await StartAsync();
        await FillAsync(app);

        var lines = await ExportAsync(app);

        string[] kinds = [.. lines.Select(line => line.Text("kind")!).Distinct()];
        Assert.Equal(["user", "preferences", "device", "topic", "inboxItem", "delivery", "notification", "audit"], kinds);
        Assert.Equal("sv", Of("user").Single().GetProperty("user").Text("locale"));
        Assert.Equal("token-ada", Of("device").Single().GetProperty("device").Text("token"));
        Assert.Equal("news", Of("topic").Single().Text("topic"));
        Assert.Equal("For your inbox", Of("inboxItem").Single().GetProperty("item").GetProperty("content").Text("title"));
        var deliveries = Of("delivery").Select(line => line.GetProperty("delivery")).ToArray();
        Assert.Contains("Broadcast", deliveries.Select(Title));
        Assert.Contains("For two", deliveries.Select(Title));
        Assert.All(deliveries.Where(delivery => delivery.Text("channel") == "email"), delivery =>
            Assert.Equal("ada@example.org", delivery.Text("address"))
        );
        Assert.Contains(deliveries, delivery => delivery.GetProperty("attempts").GetArrayLength() > 0);
        Assert.Equal(3, Of("notification").Length);
        Assert.DoesNotContain("zoe", string.Join('\n', lines.Select(line => line.GetRawText())));

        JsonElement[] Of(string kind) => [.. lines.Where(line => line.Text("kind") == kind)];

        static string? Title(JsonElement delivery) => delivery.GetProperty("content").Text("title");
    }

    [Fact]
    public async Task The_erasure_of_a_user_ends_when_the_data_is_erased_and_removes_exports()
    {
        await using var app = await StartAsync();
        await FillAsync(app);
        var export = (await app.CallAsync("POST", "/v1/jobs/export-user", User)).Text("id");
        await JobCalls.EndedAsync(app, $"/v1/jobs/{export}");

        var started = (await app.CallAsync("POST", "/v1/jobs/erase-user", User)).Text("id");
        await Eventually.TrueAsync(
            async () => (await app.AskAsync("GET", "/v1/users/ada")).Status == HttpStatusCode.NotFound,
            "the user to be removed"
        );
        await Eventually.TrueAsync(
            async () => JobCalls.Count(await app.CallAsync("GET", $"/v1/jobs/{started}"), "done") == 1,
            "the job to wait for the erasure"
        );
        var erasures = app.Services.GetRequiredService<IErasureStore>();
        var pending = await erasures.ListAsync(10, Cancellation);
        Assert.Equal("ada", Assert.Single(pending).UserId);
        Assert.Equal("running", (await app.CallAsync("GET", $"/v1/jobs/{started}")).Text("state"));

        // The erasure worker does this ten minutes later.
        await erasures.CompleteAsync(pending, Cancellation);
        var job = await JobCalls.EndedAsync(app, $"/v1/jobs/{started}");

        Assert.Equal(("completed", 2, 2, 0), (job.Text("state"), Done("done"), Done("total"), Done("failed")));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"/v1/jobs/{export}/result")).Status);

        int Done(string property) => JobCalls.Count(job, property);
    }

    private const string User = """{"userId":"ada"}""";

    private static Task<ApiApplication> StartAsync() =>
        ApiApplication.StartAsync(
            options => options.AuditEverydayCalls = true,
            services =>
            {
                services.AddNotifications().AddInbox();
                services.Configure<NotificationsOptions>(options => options.PollInterval = TimeSpan.FromMilliseconds(50));
            }
        );

    private static async Task FillAsync(ApiApplication app)
    {
        foreach (var user in (string[])["ada", "zoe"])
        {
            await app.CallAsync(
                "PUT",
                $"/v1/users/{user}",
                $$$"""{"addresses":{"email":"{{{user}}}@example.org"},"locale":"sv"}"""
            );
            await app.CallAsync(
                "PUT",
                $"/v1/users/{user}/devices/phone",
                $$$"""{"platform":"android","token":"token-{{{user}}}"}"""
            );
            await app.CallAsync(
                "PATCH",
                $"/v1/users/{user}/preferences",
                """{"items":[{"category":"offers","channel":"email","status":"optedOut"}]}"""
            );
        }

        await app.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada","zoe"]}""");
        string[] triggers =
        [
            """{"to":[{"user":"ada"}],"channels":["inbox"],"content":{"title":"For your inbox","body":"b"}}""",
            """{"to":[{"user":"ada"},{"user":"zoe"}],"channels":["email"],"content":{"title":"For two","body":"b"}}""",
            """{"to":[{"topic":"news"}],"channels":["email"],"content":{"title":"Broadcast","body":"b"}}""",
            """{"to":[{"user":"zoe"}],"channels":["email"],"content":{"title":"For zoe","body":"b"}}""",
        ];
        int[] deliveries = [1, 2, 2, 1];
        foreach (var (trigger, count) in triggers.Zip(deliveries))
            await app.WhenAsync(await app.AcceptAsync(trigger), "sent", count);
    }

    private static async Task<JsonElement[]> ExportAsync(ApiApplication app)
    {
        var started = await app.CallAsync("POST", "/v1/jobs/export-user", User);
        var job = await JobCalls.EndedAsync(app, $"/v1/jobs/{started.Text("id")}");
        Assert.Equal("completed", job.Text("state"));
        Assert.Equal(JobCalls.Count(job, "total"), JobCalls.Count(job, "done"));
        var (_, lines) = await app.AskAsync("GET", $"/v1/jobs/{job.Text("id")}/result");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }
}
