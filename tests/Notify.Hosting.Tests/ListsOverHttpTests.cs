using System.Net;
using System.Text;
using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests lists in pages, and patches of users.</summary>
public sealed class ListsOverHttpTests : IAsyncLifetime
{
    private const string User = "/v1/users/ada";

    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync() => _app = await ApiApplication.StartOnSqliteAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Users_topics_and_templates_are_listed_in_pages_and_by_prefix()
    {
        foreach (var name in (string[])["anna", "ada", "bob", "a%2Fb"])
        {
            await _app.CallAsync("PUT", $"/v1/users/{name}", """{"locale":"sv"}""");
            await _app.CallAsync("POST", $"/v1/topics/{name}/subscribers", """{"users":["ada"]}""");
            await _app.CallAsync("PUT", $"/v1/templates/{name}", """{"variants":[{"body":"x"}]}""");
        }

        await _app.CallAsync("PUT", "/v1/templates/bob", """{"variants":[{"body":"y"}]}""");
        await _app.CallAsync("PUT", "/v1/users/other", "{}", "acme");

        foreach (var (list, key) in ((string, string)[])[("users", "id"), ("topics", "name"), ("templates", "name")])
        {
            var first = await _app.CallAsync("GET", $"/v1/{list}?limit=3");
            var second = await _app.CallAsync("GET", first.Text("next")!);
            Assert.Equal(["a/b", "ada", "anna"], Names(first, key));
            Assert.Equal(["bob"], Names(second, key));
            Assert.Null(second.Text("next"));
            Assert.Equal(["ada", "anna"], Names(await _app.CallAsync("GET", $"/v1/{list}?prefix=a&after=a%2Fb"), key));
            Assert.Empty(Names(await _app.CallAsync("GET", $"/v1/{list}?prefix=c"), key));
        }

        Assert.Equal("sv", (await _app.CallAsync("GET", "/v1/users?prefix=ada")).GetProperty("items")[0].Text("locale"));
        var templates = (await _app.CallAsync("GET", "/v1/templates?prefix=bob")).GetProperty("items");
        Assert.Equal(2, templates[0].GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Notifications_are_listed_newest_first_in_pages_and_by_filter()
    {
        var urls = new List<string>();
        foreach (var (category, priority) in ((string, string)[])[("a", "high"), ("b", "normal"), ("a", "normal"), ("b", "bulk")])
        {
            var trigger = JsonSerializer.Serialize(
                new
                {
                    to = new { email = "ada@example.org" },
                    content = new { body = "secret" },
                    category,
                    priority,
                }
            );
            urls.Add(await _app.AcceptAsync(trigger));
        }

        await _app.AcceptAsync("""{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""", "acme");

        var first = await _app.CallAsync("GET", "/v1/notifications?limit=3");
        var second = await _app.CallAsync("GET", first.Text("next")!);
        Assert.Equal([urls[3], urls[2], urls[1]], Names(first, "statusUrl"));
        Assert.Equal([urls[0]], Names(second, "statusUrl"));
        Assert.Null(second.Text("next"));
        Assert.DoesNotContain("secret", first.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("example.org", first.GetRawText(), StringComparison.Ordinal);

        Assert.Equal([urls[2], urls[0]], await FindAsync("category=a"));
        Assert.Equal([urls[1]], await FindAsync("category=b&priority=normal"));
        Assert.Empty(await FindAsync("template=welcome"));
        Assert.Empty(await FindAsync("to=2020-01-01T00:00:00Z"));
        Assert.Empty(await FindAsync("from=2099-01-01T00:00:00Z"));
        Assert.Equal(4, (await FindAsync("from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z")).Length);
        var page = await _app.CallAsync("GET", "/v1/notifications?category=a&limit=1");
        Assert.Equal([urls[0]], Names(await _app.CallAsync("GET", page.Text("next")!), "statusUrl"));
    }

    [Fact]
    public async Task A_patch_changes_only_the_fields_that_it_contains()
    {
        await _app.CallAsync(
            "PUT",
            User,
            """
            {"addresses":{"email":"ada@example.org","phone":"+46701234567"},"locale":"sv","timeZone":"Europe/Stockholm",
             "quietHours":{"from":"22:00","to":"07:00"}}
            """
        );

        await PatchAsync("""{"locale":"de","timeZone":null,"addresses":{"phone":null,"email":"lovelace@example.org"}}""");
        await PatchAsync("""{"quietHours":{"to":"08:00"}}""");
        await PatchAsync("{}");

        var user = await _app.CallAsync("GET", User);
        Assert.Equal("de", user.Text("locale"));
        Assert.Null(user.Text("timeZone"));
        Assert.Equal("""{"email":"lovelace@example.org"}""", user.GetProperty("addresses").GetRawText());
        Assert.Equal(
            ("22:00:00", "08:00:00"),
            (user.GetProperty("quietHours").Text("from"), user.GetProperty("quietHours").Text("to"))
        );

        await PatchAsync("""{"quietHours":null,"addresses":null}""");
        user = await _app.CallAsync("GET", User);
        Assert.Null(user.TryGetProperty("quietHours", out var quiet) ? quiet.GetRawText() : null);
        Assert.Equal("{}", user.GetProperty("addresses").GetRawText());
    }

    [Fact]
    public async Task A_patch_of_an_unknown_user_is_not_found()
    {
        using var response = await _app.SendAsync("PATCH", User, """{"locale":"sv"}""");
        using var elsewhere = await _app.SendAsync("GET", User);

        await response.ProblemAsync(HttpStatusCode.NotFound);
        await elsewhere.ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Concurrent_patches_do_not_undo_each_other()
    {
        await _app.CallAsync("PUT", User, "{}");
        string[] channels = ["email", "phone", "webhook", "fax", "pager", "letter"];

        await Task.WhenAll(
            channels.Select(channel => PatchAsync($$$"""{"addresses":{"{{{channel}}}":"{{{CreateAddress(channel)}}}"}}"""))
        );

        var addresses = (await _app.CallAsync("GET", User)).GetProperty("addresses");
        Assert.Equal(channels.Order(), addresses.EnumerateObject().Select(address => address.Name).Order());
    }

    [Fact]
    public async Task No_due_time_is_shown_during_an_attempt()
    {
        var provider = new BlockingProvider();
        await using var app = await ApiApplication.StartOnSqliteAsync(provider);
        var url = await app.AcceptAsync("""{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""");
        await provider.Called.Task;

        var delivery = (await app.CallAsync("GET", url)).GetProperty("deliveries").GetProperty("items")[0];
        provider.Answer.SetResult(Outcome.Retry("busy", TimeSpan.FromHours(1)));
        await Eventually.TrueAsync(
            async () =>
                (await app.CallAsync("GET", url))
                    .GetProperty("deliveries")
                    .GetProperty("items")[0]
                    .TryGetProperty("dueAt", out _),
            "the time of the next attempt"
        );

        Assert.False(delivery.TryGetProperty("dueAt", out _));
        Assert.True(delivery.GetProperty("inFlight").GetBoolean());
        var waiting = (await app.CallAsync("GET", url)).GetProperty("deliveries").GetProperty("items")[0];
        Assert.False(waiting.TryGetProperty("inFlight", out _));
        Assert.True(waiting.GetProperty("dueAt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(30));
    }

    private async Task PatchAsync(string patch)
    {
        using var content = new StringContent(patch, Encoding.UTF8, "application/merge-patch+json");
        using var response = await _app.Client.PatchAsync(User, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<string[]> FindAsync(string query) =>
        Names(await _app.CallAsync("GET", $"/v1/notifications?{query}"), "statusUrl");

    private static string[] Names(JsonElement page, string key) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.Text(key)!)];

    private static string CreateAddress(string channel) =>
        channel switch
        {
            "email" => "ada@example.org",
            "phone" => "+46701234567",
            "webhook" => "https://example.org/hook",
            _ => "1",
        };

    private sealed class BlockingProvider : IDeliveryProvider
    {
        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<Outcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            Called.TrySetResult();
            return await Answer.Task.WaitAsync(cancellationToken);
        }
    }
}
