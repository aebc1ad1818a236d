using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of <c>/v1/api-keys</c> and of <see cref="IApiKeys"/>.</summary>
public sealed class ApiKeysOverHttpTests
{
    private const string Keys = "/v1/api-keys";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task The_secret_of_a_key_is_shown_only_when_it_is_created()
    {
        await using var app = await StartAsync();
        using var created = await app.SendAsync(
            "POST",
            Keys,
            """{"name":"shop","scopes":["read","send"],"kind":"test"}""",
            "acme"
        );
        var issued = await created.JsonAsync();
        var (key, secret) = (issued.GetProperty("key"), issued.Text("secret")!);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"{Keys}/{key.Text("id")}", created.Headers.Location!.ToString());
        Assert.Matches("^nk_test_[0-9A-Za-z]{71}$", secret);
        Assert.StartsWith(key.Text("start")!, secret, StringComparison.Ordinal);
        Assert.Equal(("acme", "shop", "test"), (key.Text("tenant"), key.Text("name"), key.Text("kind")));
        Assert.Equal(["send", "read"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()!));

        var (_, shown) = await app.AskAsync("GET", $"{Keys}/{key.Text("id")}", null, "acme");
        var (_, listed) = await app.AskAsync("GET", Keys, null, "acme");
        Assert.Equal(key.GetRawText(), shown);
        Assert.Equal($$"""{"items":[{{shown}}]}""", listed);
        Assert.DoesNotContain(secret, listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_has_only_a_hash()
    {
        await using var app = await StartAsync();
        var secret = (await CreateAsync(app, """{"name":"shop","scopes":["send"]}""")).Text("secret")!;
        var documents = app.Services.GetRequiredService<IDocumentStore>();
        var stored = await documents.ListAsync(new DocumentQuery { Collection = "api-keys" }, default);

        var text = Encoding.UTF8.GetString(Assert.Single(stored).Content.Span);
        Assert.DoesNotContain(secret[^71..], text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret[30..60], text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, $"{stored[0]}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"scopes":["send"]}""", "name")]
    [InlineData("""{"name":" ","scopes":["send"]}""", "name")]
    [InlineData("""{"name":"a"}""", "scopes")]
    [InlineData("""{"name":"a","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["send","write"]}""", "scopes[1]")]
    [InlineData("""{"name":"a","scopes":["send","send"]}""", "scopes[1]")]
    [InlineData("""{"name":"a","scopes":["send"],"kind":"dev"}""", "kind")]
    [InlineData("""{"name":"a","scopes":["admin"],"kind":"test"}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["send","platform"],"kind":"team"}""", "scopes")]
    [InlineData("""{"name":"a","scopes":["send"],"expiresAt":"2026-01-05T12:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","scopes":["send"],"tenant":"acme"}""", "tenant")]
    public async Task An_invalid_key_is_refused(string json, string field)
    {
        await using var app = await StartAsync();
        using var response = await app.SendAsync("POST", Keys, json);

        Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal("""{"items":[]}""", (await app.AskAsync("GET", Keys)).Body);
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page_in_the_order_of_their_creation()
    {
        await using var app = await StartAsync();
        for (var i = 0; i < 3; i++)
            await CreateAsync(app, $$"""{"name":"key {{i}}","scopes":["send"]}""");
        var first = await app.CallAsync("GET", $"{Keys}?limit=2");
        var second = await app.CallAsync("GET", first.Text("next")!);

        Assert.Equal(
            ["key 0", "key 1", "key 2"],
            first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(Name)
        );
        Assert.Null(second.Text("next"));

        static string Name(JsonElement key) => key.Text("name")!;
    }

    [Fact]
    public async Task The_previous_secret_is_accepted_during_the_overlap()
    {
        await using var app = await StartAsync();
        var issued = await CreateAsync(app, """{"name":"shop","scopes":["read"]}""");
        var id = issued.GetProperty("key").Text("id");
        var rotated = await app.CallAsync("POST", $"{Keys}/{id}/rotate", """{"overlap":"PT1H"}""");

        Assert.Equal("2026-01-05T13:00:00+00:00", rotated.GetProperty("key").Text("previousUntil"));
        Assert.Equal(issued.GetProperty("key").Text("start"), rotated.GetProperty("key").Text("start"));
        Assert.NotEqual(issued.Text("secret"), rotated.Text("secret"));
        await AcceptsAsync(app, issued, HttpStatusCode.OK);
        await AcceptsAsync(app, rotated, HttpStatusCode.OK);

        _time.Advance(TimeSpan.FromHours(1));
        await AcceptsAsync(app, issued, HttpStatusCode.Unauthorized);
        await AcceptsAsync(app, rotated, HttpStatusCode.OK);
        Assert.Null((await app.CallAsync("GET", $"{Keys}/{id}")).Text("previousUntil"));
    }

    [Fact]
    public async Task A_second_rotation_ends_the_first_secret_and_a_rotation_without_overlap_the_one_before()
    {
        await using var app = await StartAsync();
        var first = await CreateAsync(app, """{"name":"shop","scopes":["read"]}""");
        var path = $"{Keys}/{first.GetProperty("key").Text("id")}/rotate";
        var second = await app.CallAsync("POST", path, "{}");
        var third = await app.CallAsync("POST", path, "{}");
        await AcceptsAsync(app, first, HttpStatusCode.Unauthorized);
        await AcceptsAsync(app, second, HttpStatusCode.OK);

        var fourth = await app.CallAsync("POST", path, """{"overlap":"PT0S"}""");
        await AcceptsAsync(app, third, HttpStatusCode.Unauthorized);
        await AcceptsAsync(app, fourth, HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_expired_key_is_refused_and_cannot_be_rotated()
    {
        await using var app = await StartAsync();
        var issued = await CreateAsync(app, """{"name":"shop","scopes":["read"],"expiresAt":"2026-01-05T13:00:00+01:00"}""", 400);
        Assert.Equal(["expiresAt"], issued.Fields());
        issued = await CreateAsync(app, """{"name":"shop","scopes":["read"],"expiresAt":"2026-01-05T14:00:00+01:00"}""");
        await AcceptsAsync(app, issued, HttpStatusCode.OK);

        _time.Advance(TimeSpan.FromHours(1));
        await AcceptsAsync(app, issued, HttpStatusCode.Unauthorized);
        using var rotated = await app.SendAsync("POST", $"{Keys}/{issued.GetProperty("key").Text("id")}/rotate", "{}");
        await rotated.ProblemAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("PT720H1S")]
    [InlineData("P31D")]
    public async Task An_overlap_of_more_than_30_days_is_refused(string overlap)
    {
        await using var app = await StartAsync();
        var issued = await CreateAsync(app, """{"name":"shop","scopes":["read"]}""");
        var path = $"{Keys}/{issued.GetProperty("key").Text("id")}/rotate";
        using var response = await app.SendAsync("POST", path, $$"""{"overlap":"{{overlap}}"}""");

        Assert.Equal(["overlap"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once()
    {
        await using var app = await StartAsync();
        var issued = await CreateAsync(app, """{"name":"shop","scopes":["read"]}""");
        await AcceptsAsync(app, issued, HttpStatusCode.OK);
        var path = $"{Keys}/{issued.GetProperty("key").Text("id")}";

        Assert.Equal((HttpStatusCode.NoContent, ""), await app.AskAsync("DELETE", path));
        await AcceptsAsync(app, issued, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("POST", $"{path}/rotate", "{}")).Status);
    }

    [Fact]
    public async Task An_administrator_of_a_tenant_cannot_get_a_key_for_all_tenants()
    {
        await using var app = await StartAsync();
        var platform = await CreateAsync(app, """{"name":"operator","scopes":["admin","platform"]}""");
        var admin = await CreateAsync(app, """{"name":"admin","scopes":["admin"]}""");
        var path = $"{Keys}/{platform.GetProperty("key").Text("id")}";
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", admin.Text("secret"));

        using var created = await app.SendAsync("POST", Keys, """{"name":"mine","scopes":["send","platform"]}""");
        using var rotated = await app.SendAsync("POST", $"{path}/rotate", "{}");
        using var revoked = await app.SendAsync("DELETE", path);
        Assert.Equal(["scopes"], (await created.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal("platform", (await rotated.ProblemAsync(HttpStatusCode.Forbidden)).Text("scope"));
        Assert.Equal("platform", (await revoked.ProblemAsync(HttpStatusCode.Forbidden)).Text("scope"));

        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", platform.Text("secret"));
        await app.CallAsync("POST", $"{path}/rotate", "{}");
    }

    [Fact]
    public async Task The_last_use_is_written_at_most_once_a_minute()
    {
        await using var app = await StartAsync();
        var issued = await CreateAsync(app, """{"name":"shop","scopes":["read"]}""");
        var path = $"{Keys}/{issued.GetProperty("key").Text("id")}";
        Assert.Null((await app.CallAsync("GET", path)).Text("lastUsedAt"));

        await AcceptsAsync(app, issued, HttpStatusCode.OK);
        Assert.Equal("2026-01-05T12:00:00+00:00", (await app.CallAsync("GET", path)).Text("lastUsedAt"));
        _time.Advance(TimeSpan.FromSeconds(59));
        await AcceptsAsync(app, issued, HttpStatusCode.OK);
        Assert.Equal("2026-01-05T12:00:00+00:00", (await app.CallAsync("GET", path)).Text("lastUsedAt"));
        _time.Advance(TimeSpan.FromSeconds(6));
        await AcceptsAsync(app, issued, HttpStatusCode.OK);
        Assert.Equal("2026-01-05T12:01:05+00:00", (await app.CallAsync("GET", path)).Text("lastUsedAt"));
    }

    private Task<ApiApplication> StartAsync() =>
        ApiApplication.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time));

    private static async Task<JsonElement> CreateAsync(ApiApplication app, string json, int status = 201)
    {
        using var response = await app.SendAsync("POST", Keys, json);
        Assert.Equal(status, (int)response.StatusCode);
        return await response.JsonAsync();
    }

    private static async Task AcceptsAsync(ApiApplication app, JsonElement issued, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users")
        {
            Headers = { Authorization = new("Bearer", issued.Text("secret")) },
        };
        using var response = await app.Client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }
}
