using System.Net;
using System.Text.Json;
using Notify.Providers;

namespace Notify.Hosting.Tests;

public sealed class RecipientsOverHttpTests
{
    private const string Ada = """
        {
          "addresses": {"email":"ada@example.org", "phone":"+46701234567"}, "locale": "sv-SE", "timeZone": "Europe/Stockholm",
          "quietHours": {"from":"22:00", "to":"07:30"}
        }
        """;

    [Fact]
    public async Task A_user_can_be_stored_read_replaced_and_deleted()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        Assert.Equal(HttpStatusCode.Created, (await app.AskAsync("PUT", "/v1/users/ada", Ada)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("PUT", "/v1/users/ada", Ada)).Status);

        var user = await app.CallAsync("GET", "/v1/users/ada");
        Assert.Equal(("ada", "default"), (user.Text("id"), user.Text("tenant")));
        Assert.Equal("ada@example.org", user.GetProperty("addresses").Text("email"));
        Assert.Equal(("sv-SE", "Europe/Stockholm"), (user.Text("locale"), user.Text("timeZone")));
        Assert.Equal(
            ("22:00:00", "07:30:00"),
            (user.GetProperty("quietHours").Text("from"), user.GetProperty("quietHours").Text("to"))
        );
        Assert.False(user.TryGetProperty("preferences", out _));

        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"countess@example.org"}}""");
        user = await app.CallAsync("GET", "/v1/users/ada");
        Assert.Equal("""{"email":"countess@example.org"}""", user.GetProperty("addresses").GetRawText());
        Assert.Null(user.Text("locale"));

        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", "/v1/users/ada")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/users/ada")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", "/v1/users/ada")).Status);
    }

    [Fact]
    public async Task A_preference_set_over_HTTP_is_applied()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/users/ada", Ada);
        await app.CallAsync(
            "PATCH",
            "/v1/users/ada/preferences",
            """{"items":[{"category":"marketing","channel":"sms","status":"optedOut"}]}"""
        );
        var url = await app.AcceptAsync(
            """{"to":{"user":"ada"},"content":{"body":"x"},"category":"marketing","priority":"high"}"""
        );

        var delivery = Assert.Single(
            (await app.WhenAsync(url, "sent", 1)).GetProperty("deliveries").GetProperty("items").EnumerateArray()
        );
        Assert.Equal(("email", "ada"), (delivery.Text("channel"), delivery.Text("user")));
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("auth0|5f", "auth0%7C5f")]
    [InlineData("org/ada", "org%2Fada")]
    [InlineData("org/ada", "org%2fada")]
    [InlineData("åda", "%C3%A5da")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a%2fb", "a%252fb")]
    [InlineData("a/b%2Fc", "a%2Fb%252Fc")]
    [InlineData("a%252Fb", "a%25252Fb")]
    [InlineData("100%", "100%25")]
    public async Task Any_id_can_be_used_in_a_path(string id, string path)
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", $"/v1/users/{path}", Ada);

        Assert.Equal(id, (await app.CallAsync("GET", $"/v1/users/{path}")).Text("id"));
        await app.AcceptAsync(JsonSerializer.Serialize(new { to = new { user = id }, content = new { body = "x" } }));
    }

    [Fact]
    public async Task Every_part_of_a_path_is_decoded_once()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        const string Phone = """{"platform":"android","token":"a-token"}""";
        await app.CallAsync("PUT", "/v1/users/a%252Fb/devices/x%252Fy?", Phone);
        await app.CallAsync("PUT", "/v1/users/a%2Fb/devices/x%2Fy", Phone.Replace("a-token", "b-token"));
        await app.CallAsync("POST", "/v1/topics/t%252Fu/subscribers", """{"users":["ada"]}""");

        Assert.Equal("x%2Fy", (await OnlyDeviceAsync(app, "a%252Fb")).Text("id"));
        Assert.Equal("x/y", (await OnlyDeviceAsync(app, "a%2Fb")).Text("id"));
        Assert.Equal(0, (await app.CallAsync("GET", "/v1/topics/t%2Fu/subscribers")).GetProperty("count").GetInt32());
        Assert.Equal(1, (await app.CallAsync("GET", "/v1/topics/t%252Fu/subscribers")).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Two_users_can_have_devices_with_the_same_id()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone-1", """{"platform":"android","token":"token-of-ada-7f3a"}""");
        await app.CallAsync("PUT", "/v1/users/bob/devices/phone-1", """{"platform":"android","token":"token-of-bob-11c0"}""");

        Assert.Equal("…7f3a", (await OnlyDeviceAsync(app)).Text("token"));
        Assert.Equal("…11c0", (await OnlyDeviceAsync(app, "bob")).Text("token"));
        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", "/v1/users/bob/devices/phone-1")).Status);
        Assert.Equal("…7f3a", (await OnlyDeviceAsync(app)).Text("token"));
    }

    [Fact]
    public async Task A_token_that_another_user_registers_moves_to_that_user()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", """{"platform":"android","token":"shared-phone-7f3a"}""");
        await app.CallAsync("PUT", "/v1/users/bob/devices/phone", """{"platform":"android","token":"shared-phone-7f3a"}""");

        Assert.Empty((await app.CallAsync("GET", "/v1/users/ada/devices")).GetProperty("items").EnumerateArray());
        Assert.Equal("…7f3a", (await OnlyDeviceAsync(app, "bob")).Text("token"));
    }

    [Fact]
    public async Task A_pruned_device_receives_messages_after_its_app_registers_the_same_token_again()
    {
        var isGone = true;
        var push = new ScriptedProvider("push", Channel.Push, _ =>
            isGone ? Outcome.RecipientGone("Unregistered") : Outcome.Sent()
        );
        await using var app = await ApiApplication.StartOnSqliteAsync(push);
        await app.CallAsync("PUT", "/v1/users/ada", "{}");
        const string Phone = """{"platform":"android","token":"token-7f3a"}""";
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", Phone);
        const string Hello = """{"to":{"user":"ada"},"content":{"body":"x"},"channels":["push"]}""";
        await app.WhenAsync(await app.AcceptAsync(Hello), "deadLetter", 1);
        Assert.Equal("Unregistered", (await OnlyDeviceAsync(app)).Text("pruneReason"));

        isGone = false;
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", Phone);

        Assert.Null((await OnlyDeviceAsync(app)).Text("pruneReason"));
        await app.WhenAsync(await app.AcceptAsync(Hello), "sent", 1);
    }

    [Fact]
    public async Task A_device_shows_the_end_of_its_token_and_why_it_was_pruned()
    {
        const string Token = "secret-token-of-a-phone-7f3a";
        var push = new ScriptedProvider("push", Channel.Push, _ => Outcome.RecipientGone("NotRegistered"));
        await using var app = await ApiApplication.StartOnSqliteAsync(push);
        await app.CallAsync("PUT", "/v1/users/ada", "{}");
        var device =
            $$"""{"platform":"ios","token":"{{Token}}","app":"org.example.app","locale":"sv","timeZone":"Europe/Stockholm"}""";
        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("PUT", "/v1/users/ada/devices/phone", device)).Status);

        var shown = await OnlyDeviceAsync(app);
        Assert.Equal(("phone", "ios", "…7f3a"), (shown.Text("id"), shown.Text("platform"), shown.Text("token")));
        Assert.Equal(
            ("org.example.app", "sv", "Europe/Stockholm"),
            (shown.Text("app"), shown.Text("locale"), shown.Text("timeZone"))
        );
        Assert.NotEqual(default, shown.GetProperty("registeredAt").GetDateTimeOffset());
        Assert.Null(shown.Text("pruneReason"));

        var url = await app.AcceptAsync("""{"to":{"user":"ada"},"content":{"body":"x"}}""");
        var timeline = await app.WhenAsync(url, "deadLetter", 1);
        Assert.Equal("…7f3a", timeline.DeliveryOver("push").Text("address"));
        shown = await OnlyDeviceAsync(app);
        Assert.Equal("NotRegistered", shown.Text("pruneReason"));
        Assert.NotEqual(default, shown.GetProperty("prunedAt").GetDateTimeOffset());
        foreach (var path in (string[])["/v1/users/ada/devices", url, "/v1/dead-letters"])
            Assert.DoesNotContain(Token, (await app.AskAsync("GET", path)).Body);

        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", "/v1/users/bob/devices/phone")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", "/v1/users/ada/devices/phone")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", "/v1/users/ada/devices/phone")).Status);
    }

    [Fact]
    public async Task A_short_token_is_not_shown_at_all()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", """{"platform":"android","token":"short"}""");

        Assert.Equal("…", (await OnlyDeviceAsync(app)).Text("token"));
    }

    [Fact]
    public async Task Subscribers_are_counted_and_listed_in_pages()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        const string Path = "/v1/topics/news/subscribers";
        await app.CallAsync("POST", Path, """{"users":["eve","ada","bob","c&d","ada"]}""");
        await app.CallAsync("POST", Path, """{"users":["dan"]}""");
        await app.CallAsync("POST", $"{Path}/remove", """{"users":["eve","nobody"]}""");

        var seen = new List<string>();
        var pages = 0;
        for (string? url = $"{Path}?limit=2"; url is not null; pages++)
        {
            var page = await app.CallAsync("GET", url);
            Assert.Equal(4, page.GetProperty("count").GetInt32());
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text("user")!));
            url = page.Text("next");
        }

        Assert.Equal(2, pages);
        Assert.Equal(["ada", "bob", "c&d", "dan"], seen);
    }

    [Fact]
    public async Task A_topics_fan_out_shows_its_progress()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        string[] users = ["ada", "bob", "eve"];
        foreach (var user in users)
            await app.CallAsync("PUT", $"/v1/users/{user}", $$$"""{"addresses":{"email":"{{{user}}}@example.org"}}""");
        await app.CallAsync("POST", "/v1/topics/news/subscribers", JsonSerializer.Serialize(new { users }));

        var url = await app.AcceptAsync("""{"to":{"topic":"news"},"content":{"body":"x"}}""");
        var begun = Assert.Single((await app.CallAsync("GET", url)).GetProperty("expansions").EnumerateArray());
        Assert.Equal(("news", 3), (begun.Text("topic"), begun.GetProperty("total").GetInt32()));

        var timeline = await app.WhenAsync(url, "sent", 3);
        var done = Assert.Single(timeline.GetProperty("expansions").EnumerateArray());
        Assert.Equal(
            (3, 3, true),
            (done.GetProperty("done").GetInt32(), done.GetProperty("total").GetInt32(), done.GetProperty("complete").GetBoolean())
        );
        Assert.True(done.GetProperty("rate").GetDouble() > 0);
        Assert.Equal(0, done.GetProperty("remainingSeconds").GetDouble());
        Assert.Equal(
            users,
            timeline
                .GetProperty("deliveries")
                .GetProperty("items")
                .EnumerateArray()
                .Select(delivery => delivery.Text("user")!)
                .Order()
        );
    }

    private static async Task<JsonElement> OnlyDeviceAsync(ApiApplication app, string user = "ada") =>
        Assert.Single((await app.CallAsync("GET", $"/v1/users/{user}/devices")).GetProperty("items").EnumerateArray());
}
