using System.Net;

namespace Notify.Hosting.Tests;

/// <summary>Tests invalid input for all endpoints except triggers, which are in <see cref="WrongInputTests"/>.</summary>
public sealed class WrongEndpointInputTests(SharedApplicationOnSqlite shared) : IClassFixture<SharedApplicationOnSqlite>
{
    private const string User = "/v1/users/ada";
    private const string Device = "/v1/users/ada/devices/phone";
    private const string Subscribers = "/v1/topics/news/subscribers";
    private const string Template = "/v1/templates/shipped";
    private const string Replay = "/v1/dead-letters/replay";

    private const string Opened = """{"deliveryId":"7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11","kind":"opened"}""";

    private static readonly string Long = new('x', 257);

    public static TheoryData<string, string, string, string[]> WrongBodies() =>
        new()
        {
            { "PUT", User, "[]", ["body"] },
            { "PUT", User, """{"id":"bob","tenant":5}""", ["id", "tenant"] },
            { "PUT", $"/v1/users/{Long}", "{}", ["id"] },
            { "PUT", User, """{"addresses":[]}""", ["addresses"] },
            {
                "PUT",
                User,
                """{"addresses":{"email":"nobody","phone":5,"sms":"+46701234567","push":"t","Pi geon":"x"}}""",
                ["addresses.Pi geon", "addresses.email", "addresses.phone", "addresses.push", "addresses.sms"]
            },
            { "PUT", User, """{"locale":5,"timeZone":"Mars/Olympus"}""", ["locale", "timeZone"] },
            { "PUT", User, """{"locale":"no such language"}""", ["locale"] },
            { "PUT", User, """{"quietHours":"night"}""", ["quietHours"] },
            { "PUT", User, """{"quietHours":{"from":"\ud800","to":"07:00"}}""", ["quietHours.from"] },
            { "PUT", User, """{"quietHours":{"from":"25:00"}}""", ["quietHours.from", "quietHours.to"] },
            { "PUT", User, """{"quietHours":{"from":"22:00","to":"07:00","zone":"UTC"}}""", ["quietHours.zone"] },
            {
                "PATCH",
                $"{User}/preferences",
                """
                    {"items":[{"category":"","channel":"E-Mail","status":"no"},{"category":"a"},5,
                     {"category":"b","status":"optedIn","for":"me"},{"category":"b","status":"optedOut"},
                     {"category":"c","channel":"sms","status":true}],"source":"two words"}
                    """,
                [
                    "items[0].category",
                    "items[0].channel",
                    "items[0].status",
                    "items[1].status",
                    "items[2]",
                    "items[3].for",
                    "items[4]",
                    "items[5].status",
                    "source",
                ]
            },
            { "PATCH", $"{User}/preferences", "{}", ["items"] },
            { "PATCH", $"{User}/preferences", "[]", ["body"] },
            { "PATCH", $"/v1/users/{Long}/preferences", """{"items":[]}""", ["id"] },
            { "PUT", User, """{"preferences":[]}""", ["preferences"] },
            { "PUT", Device, """{"platform":"ios","token":"…4bc1"}""", ["token"] },
            { "PUT", Device, "{}", ["platform", "token"] },
            {
                "PUT",
                Device,
                """{"platform":"symbian","token":"","app":"","locale":"??","timeZone":"Mars","name":"x"}""",
                ["app", "locale", "name", "platform", "timeZone", "token"]
            },
            { "PUT", $"/v1/users/ada/devices/{Long}", """{"platform":"ios","token":5}""", ["id", "token"] },
            { "PUT", $"/v1/users/{Long}/devices/phone", """{"platform":"ios","token":"aa"}""", ["userId"] },
            { "POST", Subscribers, "{}", ["users"] },
            { "POST", Subscribers, "[]", ["body"] },
            { "POST", Subscribers, """{"users":[]}""", ["users"] },
            { "POST", Subscribers, """{"users":["ada",5,"",null],"user":"ada"}""", ["user", "users[1]", "users[2]", "users[3]"] },
            { "POST", $"/v1/topics/{Long}/subscribers", """{"users":["ada"]}""", ["topic"] },
            { "POST", $"{Subscribers}/remove", """{"users":["ada",5]}""", ["users[1]"] },
            { "POST", $"{Subscribers}/remove", "{}", ["users"] },
            { "POST", $"{Subscribers}/remove", "[]", ["body"] },
            { "PUT", Template, "{}", ["variants"] },
            { "PUT", Template, """{"variants":{},"versions":1}""", ["variants", "versions"] },
            {
                "PUT",
                Template,
                """
                    {"variants":[{},{"body":5},{"body":"{% if x %}unclosed",
                     "channel":"E-Mail"},{"title":"a","colour":"red"},{"title":"b"}]}
                    """,
                [
                    "variants[0]",
                    "variants[1].body",
                    "variants[2].body",
                    "variants[2].channel",
                    "variants[3].colour",
                    "variants[4]",
                ]
            },
            { "PUT", $"/v1/templates/{Long}", """{"variants":[{"body":"x"}]}""", ["name"] },
            { "POST", "/v1/receipts", "{}", ["receipts"] },
            { "POST", "/v1/receipts", "[]", ["body"] },
            {
                "POST",
                "/v1/receipts",
                """{"receipts":[{"deliveryId":"\ud800","kind":"\ud800"}]}""",
                ["receipts[0].deliveryId", "receipts[0].kind"]
            },
            {
                "POST",
                "/v1/receipts",
                """{"receipts":[{},{"deliveryId":"x","kind":"lost","at":"now","detail":5,"by":"me"},5]}""",
                [
                    "receipts[0].deliveryId",
                    "receipts[0].kind",
                    "receipts[1].at",
                    "receipts[1].by",
                    "receipts[1].deliveryId",
                    "receipts[1].detail",
                    "receipts[1].kind",
                    "receipts[2]",
                ]
            },
            {
                "POST",
                "/v1/receipts",
                $$"""
                    {"receipts":[{"deliveryId":"7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11",
                     "kind":"opened","detail":"{{new string('x', 1_001)}}"}]}
                    """,
                ["receipts[0].detail"]
            },
            { "POST", "/v1/receipts", $"{{\"receipts\":[{string.Join(',', Enumerable.Repeat(Opened, 1_001))}]}}", ["receipts"] },
            { "POST", Replay, "[]", ["body"] },
            { "POST", Replay, """{"from":"2031-01-02T00:00:00Z","to":"2031-01-01T00:00:00Z"}""", ["from"] },
            { "PATCH", $"{User}/preferences", """{"items":[{"status":"optedIn"},{"status":"optedOut"}]}""", ["items[1]"] },
            {
                "PATCH",
                $"{User}/preferences",
                """
                    {"items":[{"channel":"sms","status":"optedIn"},{"category":"a","channel":"sms","status":null},
                     {"category":"a","channel":"sms","status":"optedOut"},{"channel":"sms","category":null,"status":"optedOut"}]}
                    """,
                ["items[2]", "items[3]"]
            },
            {
                "POST",
                Replay,
                """
                    {"ids":["x"],"provider":5,"reason":5,"from":"now","to":1,
                     "dryRun":"yes","expiresAt":"2020-01-01T00:00:00Z","limit":5}
                    """,
                ["dryRun", "expiresAt", "from", "ids[0]", "limit", "provider", "reason", "to"]
            },
            {
                "POST",
                Replay,
                $"{{\"ids\":[{string.Join(',', Enumerable.Repeat("\"7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11\"", 1_001))}]}}",
                ["ids"]
            },
        };

    [Theory]
    [MemberData(nameof(WrongBodies))]
    public async Task All_invalid_fields_are_named_and_nothing_is_stored(string method, string path, string json, string[] fields)
    {
        var before = await EverythingAsync(path);
        using var response = await shared.App.SendAsync(method, path, json);

        Assert.Equal(fields, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(before, await EverythingAsync(path));
    }

    [Theory]
    [InlineData(Subscribers + "?limit=0", "limit")]
    [InlineData(Subscribers + "?limit=1001&page=2", "limit", "page")]
    [InlineData(Template + "?version=0", "version")]
    [InlineData(Template + "?version=new&at=1", "at", "version")]
    [InlineData(
        "/v1/dead-letters?ids=x&from=today&to=1&limit=x&after=y&providr=mail",
        "after",
        "from",
        "ids",
        "limit",
        "providr",
        "to"
    )]
    [InlineData("/v1/dead-letters?provider=a&provider=b", "provider")]
    [InlineData("/v1/analytics/deliveries?from=today&until=x", "from", "until")]
    [InlineData("/v1/analytics/deliveries?from=2031-01-02T00:00:00Z&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/analytics/deliveries?from=2030-01-01T00:00:00Z&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/analytics/deliveries?from=2031-01-01T00:00:00Z&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/notifications?from=2031-01-02T00:00:00Z&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/notifications?from=2031-01-01T01:00:00%2B01:00&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/dead-letters?from=2031-01-02T00:00:00Z&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/dead-letters?from=2031-01-01T00:00:00Z&to=2031-01-01T00:00:00Z", "from")]
    [InlineData("/v1/users?limit=0&name=x", "limit", "name")]
    [InlineData("/v1/topics?prefix=a&prefix=b", "prefix")]
    [InlineData("/v1/templates?after=%00", "after")]
    [InlineData("/v1/notifications?from=now&priority=urgent&after=x&state=y", "after", "from", "priority", "state")]
    public async Task All_errors_in_a_query_are_named(string url, params string[] fields)
    {
        using var response = await shared.App.Client.GetAsync(url);

        Assert.Equal(fields, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Theory]
    [InlineData("PUT", User)]
    [InlineData("PUT", Device)]
    [InlineData("POST", Subscribers)]
    [InlineData("POST", Subscribers + "/remove")]
    [InlineData("PUT", Template)]
    [InlineData("POST", "/v1/receipts")]
    [InlineData("POST", Replay)]
    public async Task A_body_that_is_not_JSON_is_refused_everywhere(string method, string path)
    {
        using var broken = await shared.App.SendAsync(method, path, "{");
        using var missing = await shared.App.SendAsync(method, path);

        await broken.ProblemAsync(HttpStatusCode.BadRequest);
        await missing.ProblemAsync(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("PUT", User, "{}")]
    [InlineData("PUT", Device, """{"platform":"ios","token":"aa"}""")]
    [InlineData("POST", Subscribers, """{"users":["ada"]}""")]
    [InlineData("PUT", Template, """{"variants":[{"body":"x"}]}""")]
    public async Task An_invalid_tenant_is_named(string method, string path, string json)
    {
        using var response = await shared.App.SendAsync(method, path, json, Long);

        Assert.Equal(["X-Notify-Tenant"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Theory]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("\"x\"", "body")]
    [InlineData("""{"id":"bob"}""", "id")]
    [InlineData("""{"tenant":"acme"}""", "tenant")]
    [InlineData("""{"locale":5,"name":"x"}""", "locale", "name")]
    [InlineData("""{"locale":"de","locale":"sv"}""", "locale")]
    [InlineData("""{"addresses":{"email":"nobody"}}""", "addresses.email")]
    [InlineData("""{"quietHours":{"from":"08:00"}}""", "quietHours.to")]
    [InlineData("""{"preferences":[]}""", "preferences")]
    public async Task A_patch_that_makes_a_wrong_user_changes_nothing(string patch, params string[] fields)
    {
        await shared.App.CallAsync("PUT", User, """{"locale":"sv"}""");
        var before = (await shared.App.CallAsync("GET", User)).GetRawText();

        using var response = await shared.App.SendAsync("PATCH", User, patch);

        Assert.Equal(fields, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(before, (await shared.App.CallAsync("GET", User)).GetRawText());
    }

    private async Task<string> EverythingAsync(string path)
    {
        string[] paths = [User, "/v1/users/ada/devices", Subscribers, Template, "/v1/dead-letters", path];
        var answers = new List<string>();
        foreach (var read in paths)
        {
            using var response = await shared.App.Client.GetAsync(read);
            answers.Add(
                $"{response.StatusCode} {(response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : "")}"
            );
        }

        return string.Join('\n', answers);
    }
}
