using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary><c>/v1/event-subscriptions</c>. What the endpoints receive is tested with the webhook provider.</summary>
public sealed class EventSubscriptionsOverHttpTests
{
    private const string Path = "/v1/event-subscriptions";
    private const string Acme = "acme";
    private const string Body = """{"url":"https://example.org/hook?token=url-token","types":["delivery.*","receipt.opened"]}""";

    [Fact]
    public async Task A_subscription_is_created_read_replaced_rotated_and_deleted()
    {
        await using var app = await StartAsync();

        using var created = await app.SendAsync("POST", Path, Body, Acme);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.True(created.Headers.CacheControl?.NoStore);
        var url = created.Headers.Location!.ToString();
        var issued = await created.JsonAsync();
        using var read = await app.SendAsync("GET", url, null, Acme);
        var shown = await read.JsonAsync();
        using var replaced = await ReplaceAsync(app, url, read.Headers.ETag!.Tag, WithEnabled(shown, false));
        using var outdated = await ReplaceAsync(app, url, read.Headers.ETag!.Tag, WithEnabled(shown, true));
        var rotated = await app.CallAsync("POST", $"{url}/rotate", null, Acme);
        var listed = await app.CallAsync("GET", Path, null, Acme);
        using var deleted = await app.SendAsync("DELETE", url, null, Acme);
        using var gone = await app.SendAsync("GET", url, null, Acme);

        Assert.StartsWith("whsec_", issued.Text("secret"), StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(issued.GetProperty("subscription"), shown));
        Assert.Equal(created.Headers.ETag, read.Headers.ETag);
        Assert.DoesNotContain("whsec_", $"{shown}{listed}", StringComparison.Ordinal);
        Assert.True(shown.GetProperty("enabled").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.False((await replaced.JsonAsync()).GetProperty("enabled").GetBoolean());
        await outdated.ProblemAsync(HttpStatusCode.PreconditionFailed);
        Assert.NotEqual(issued.Text("secret"), rotated.Text("secret"));
        Assert.Single(listed.GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await gone.ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_tenant_finds_and_changes_nothing()
    {
        await using var app = await StartAsync();
        var issued = await app.CallAsync("POST", Path, Body, Acme);
        var url = $"{Path}/{issued.GetProperty("subscription").Text("id")}";

        foreach (var (method, path, body) in Calls(url))
        {
            using var response = await app.SendAsync(method, path, body, "globex");
            await response.ProblemAsync(HttpStatusCode.NotFound);
        }

        Assert.Empty((await app.CallAsync("GET", Path, null, "globex")).GetProperty("items").EnumerateArray());
        Assert.True((await app.CallAsync("GET", url, null, Acme)).GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Wrong_input_is_named()
    {
        (string Json, string[] Fields)[] wrong =
        [
            ("{}", ["types", "url"]),
            ("""{"url":"example.org","types":["delivery.sent"]}""", ["url"]),
            ("""{"url":"https://ada:pw@example.org/","types":["delivery.sent"]}""", ["url"]),
            ("""{"url":"https://example.org/","types":[]}""", ["types"]),
            ("""{"url":"https://example.org/","types":["delivery.sentt","*","inbox.*"]}""", ["types[0]", "types[1]", "types[2]"]),
            ("""{"url":"https://example.org/","types":["receipt.*","receipt.*"]}""", ["types[1]"]),
            ("""{"url":"https://example.org/","types":["receipt.*"],"provider":"smtp"}""", ["provider"]),
            ("""{"url":"https://example.org/","types":["receipt.*"],"enabled":1,"secret":"x"}""", ["enabled", "secret"]),
        ];
        await using var app = await StartAsync();
        await using var none = await ApiApplication.StartAsync();
        var issued = await app.CallAsync("POST", Path, Body);
        var url = $"{Path}/{issued.GetProperty("subscription").Text("id")}";

        foreach (var (json, fields) in wrong)
        {
            using var created = await app.SendAsync("POST", Path, json);
            Assert.Equal(fields, (await created.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
            using var replaced = await app.SendAsync("PUT", url, json);
            Assert.Equal(fields, (await replaced.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        }

        using var without = await none.SendAsync("POST", Path, Body);
        Assert.Equal(["provider"], (await without.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        for (var i = 1; i < IEventSubscriptions.MaxSubscriptions; i++)
            await app.CallAsync("POST", Path, Body);
        using var tooMany = await app.SendAsync("POST", Path, Body);
        Assert.Equal(["url"], (await tooMany.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task The_deliveries_of_a_subscription_are_found_by_its_id_and_its_failures_are_dead_letters()
    {
        var lines = new LineCollector();
        await using var app = await StartAsync(services =>
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(lines))
        );
        // The provider does not connect to private addresses, so this event fails at once.
        var issued = await app.CallAsync(
            "POST",
            Path,
            """{"url":"http://127.0.0.1/hook?token=url-token","types":["device.*"]}"""
        );
        var id = issued.GetProperty("subscription").Text("id");

        using var response = await app.SendAsync("POST", $"{Path}/{id}/test");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var notification = (await response.JsonAsync()).Text("notificationId");
        var timeline = await app.WhenAsync($"/v1/notifications/{notification}", "deadLetter", 1);
        var listed = await app.CallAsync("GET", $"/v1/notifications?reference={id}&status=failed");
        var dead = await app.CallAsync("GET", "/v1/dead-letters");

        Assert.Equal("webhook", timeline.DeliveryOver("webhook").Text("channel"));
        Assert.Equal(notification, Assert.Single(listed.GetProperty("items").EnumerateArray()).Text("id"));
        Assert.Contains("not on the public internet", $"{dead}", StringComparison.Ordinal);
        foreach (var secret in (string[])[issued.Text("secret")!, "url-token"])
            Assert.DoesNotContain(lines.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static IEnumerable<(string Method, string Path, string? Body)> Calls(string url) =>
        [
            ("GET", url, null),
            ("PUT", url, Body),
            ("DELETE", url, null),
            ("POST", $"{url}/rotate", null),
            ("POST", $"{url}/test", null),
        ];

    private static string WithEnabled(JsonElement shown, bool isEnabled)
    {
        var members = shown
            .EnumerateObject()
            .Where(member => member.Name != "enabled")
            .Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}");
        return $$"""{"enabled":{{(isEnabled ? "true" : "false")}},{{string.Join(',', members)}}}""";
    }

    private static Task<HttpResponseMessage> ReplaceAsync(ApiApplication app, string url, string tag, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, url)
        {
            Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Notify-Tenant", Acme);
        request.Headers.Add("If-Match", tag);
        return app.Client.SendAsync(request);
    }

    private static Task<ApiApplication> StartAsync(Action<IServiceCollection>? configure = null) =>
        ApiApplication.StartAsync(services: services =>
        {
            services
                .AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
                .AddWebhook(webhook => webhook.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}");
            configure?.Invoke(services);
        });
}
