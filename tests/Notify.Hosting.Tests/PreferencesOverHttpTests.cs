using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

public sealed class PreferencesOverHttpTests : IAsyncLifetime
{
    private const string User = "/v1/users/ada";
    private const string Preferences = "/v1/users/ada/preferences";

    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync() => _app = await ApiApplication.StartOnSqliteAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Preferences_have_a_status_a_source_and_a_time_and_change_one_by_one()
    {
        var before = DateTimeOffset.UtcNow;
        await _app.CallAsync("PATCH", Preferences, """{"items":[{"category":"news","channel":"email","status":"optedOut"}]}""");
        var changed = await _app.CallAsync(
            "PATCH",
            Preferences,
            """
            {"items":[{"channel":"sms","status":"optedOut"},{"category":"alarm","status":"optedIn"}],
             "source":"preferencePage"}
            """
        );

        Assert.Equal(changed.GetRawText(), (await _app.CallAsync("GET", Preferences)).GetRawText());
        Assert.Equal(
            [
                ("news", "email", "optedOut", "api"),
                (null, "sms", "optedOut", "preferencePage"),
                ("alarm", null, "optedIn", "preferencePage"),
            ],
            changed
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => (item.Text("category"), item.Text("channel"), item.Text("status"), item.Text("source")))
        );
        Assert.All(changed.GetProperty("items").EnumerateArray(), item =>
            Assert.InRange(item.GetProperty("changedAt").GetDateTimeOffset(), before, DateTimeOffset.UtcNow)
        );

        var left = await _app.CallAsync(
            "PATCH",
            Preferences,
            """
            {"items":[{"channel":"sms","status":null},{"category":"alarm","status":"optedOut"},
             {"category":"x","status":null}]}
            """
        );
        Assert.Equal(
            [("news", "optedOut", "api"), ("alarm", "optedOut", "api")],
            left.GetProperty("items")
                .EnumerateArray()
                .Select(item => (item.Text("category"), item.Text("status"), item.Text("source")))
        );
    }

    [Fact]
    public async Task Preferences_that_were_stored_before_the_user_apply_once_it_exists()
    {
        await _app.CallAsync("PATCH", Preferences, """{"items":[{"channel":"email","status":"optedOut"}],"source":"import"}""");
        Assert.Equal(HttpStatusCode.NotFound, (await _app.AskAsync("GET", User)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.AskAsync("PATCH", User, "{}")).Status);
        Assert.Equal(0, (await _app.CallAsync("GET", "/v1/users")).GetProperty("items").GetArrayLength());
        using var unknown = await _app.SendAsync("POST", "/v1/notifications", Message);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);

        await _app.CallAsync("PUT", User, """{"addresses":{"email":"ada@example.org"}}""");
        var sent = await _app.WhenAsync(await _app.AcceptAsync(Message), "cancelled", 1);

        Assert.Equal("declined by the user's preferences", sent.GetProperty("deliveries").GetProperty("items")[0].Text("reason"));
        Assert.Equal("import", (await _app.CallAsync("GET", Preferences)).GetProperty("items")[0].Text("source"));
    }

    [Fact]
    public async Task A_deleted_user_leaves_no_preferences_behind()
    {
        await _app.CallAsync("PUT", User, "{}");
        await _app.CallAsync("PATCH", Preferences, """{"items":[{"status":"optedOut"}]}""");

        Assert.Equal(HttpStatusCode.NoContent, (await _app.AskAsync("DELETE", User)).Status);

        Assert.Equal("""{"items":[]}""", (await _app.CallAsync("GET", Preferences)).GetRawText());
        await _app.CallAsync("PATCH", Preferences, """{"items":[{"status":"optedOut"}]}""");
        Assert.Equal(HttpStatusCode.NoContent, (await _app.AskAsync("DELETE", User)).Status);
        Assert.Equal("""{"items":[]}""", (await _app.CallAsync("GET", Preferences)).GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await _app.AskAsync("DELETE", User)).Status);
    }

    [Fact]
    public async Task A_change_is_made_only_on_the_version_that_If_Match_names()
    {
        var none = await AskAsync("GET", Preferences);
        var optOut = """{"items":[{"status":"optedOut"}]}""";
        var first = await AskAsync("PATCH", Preferences, optOut, none.ETag);
        Assert.Equal((HttpStatusCode.OK, (await AskAsync("GET", Preferences)).ETag), (first.Status, first.ETag));

        var second = await AskAsync("PATCH", Preferences, """{"items":[{"status":"optedIn"}]}""", none.ETag);

        Assert.Equal((HttpStatusCode.PreconditionFailed, null), (second.Status, second.ETag));
        Assert.Equal("optedOut", (await _app.CallAsync("GET", Preferences)).GetProperty("items")[0].Text("status"));
        Assert.Equal(first.ETag, (await AskAsync("PATCH", Preferences, optOut, first.ETag)).ETag);
    }

    [Fact]
    public async Task A_user_has_at_most_1000_preferences()
    {
        var items = Enumerable.Range(0, 1_000).Select(i => new { category = $"c{i}", status = "optedOut" });
        await _app.CallAsync("PATCH", Preferences, JsonSerializer.Serialize(new { items }));

        using var response = await _app.SendAsync(
            "PATCH",
            Preferences,
            """{"items":[{"category":"one more","status":"optedOut"}]}"""
        );

        Assert.Equal(["items"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(1_000, (await _app.CallAsync("GET", Preferences)).GetProperty("items").GetArrayLength());
    }

    private const string Message = """{"to":{"user":"ada"},"content":{"body":"x"},"channels":["email"]}""";

    private async Task<(HttpStatusCode Status, string? ETag)> AskAsync(
        string method,
        string path,
        string? json = null,
        string? match = null
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, null, "application/json");
        if (match is not null)
            request.Headers.Add("If-Match", match);
        using var response = await _app.Client.SendAsync(request);
        return (response.StatusCode, response.Headers.ETag?.ToString());
    }
}
