using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>Properties of users, data of recipients, and templates that use them, as a caller of the API sees them.</summary>
public sealed class RecipientDataOverHttpTests
{
    private const string Template = """{"variants":[{"title":"Hi {{ recipient.name }}","body":"{{ order }} {{ place }}"}]}""";

    [Fact]
    public async Task Each_recipient_gets_a_text_with_its_properties_and_data()
    {
        await using var app = await StartAsync();
        await app.CallAsync("PUT", "/v1/users/bob", User("bob", """{"name":"Bob <b>"}"""));

        var url = await app.AcceptAsync(
            """
            {"to":[{"user":"ada","data":{"order":7}},{"user":"bob"}],"template":"welcome","data":{"order":1,"place":"Vasa"}}
            """
        );

        await app.WhenAsync(url, "sent", 2);
        Assert.Equal(["Hi Ada|7 Vasa", "Hi Bob <b>|1 Vasa"], Sent(app));
    }

    [Fact]
    public async Task A_topic_reaches_each_subscriber_by_name_and_says_who_was_left_out()
    {
        await using var app = await StartAsync();
        await app.CallAsync("PUT", "/v1/users/carl", User("carl", "{}"));
        await app.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada","carl"]}""");

        var url = await app.AcceptAsync("""{"to":{"topic":"news"},"template":"welcome","data":{"order":1,"place":"x"}}""");

        await app.WhenAsync(url, "sent", 1);
        var timeline = await app.WhenAsync(url, "cancelled", 1);
        var cancelled = timeline
            .GetProperty("deliveries")
            .GetProperty("items")
            .EnumerateArray()
            .Single(one => one.Text("state") == "cancelled");
        Assert.Equal("carl", cancelled.Text("user"));
        Assert.StartsWith("recipient.name: The template 'welcome' needs", cancelled.Text("reason"), StringComparison.Ordinal);
        Assert.Equal(["Hi Ada|1 x"], Sent(app));
    }

    [Theory]
    [InlineData("""[{"user":"ada","data":{"order":1}},{"user":"ada"}]""", "to[1].data")]
    [InlineData("""[{"user":"ada","data":{"order":1}},{"user":"carl","data":{}}]""", "to[1].user")]
    [InlineData("""{"user":"ada","data":{}}""", "to.user", "data.order: ")]
    [InlineData("""{"user":"ada","data":[]}""", "to.data", "Use a JSON object.")]
    [InlineData("""{"user":"ada","data":{"recipient":1}}""", "to.data", "The name 'recipient' is reserved")]
    [InlineData("""[{"topic":"news","data":{"order":1}}]""", "to[0].data", "A topic cannot have data.")]
    [InlineData("""{"email":"x@example.org","data":{"order":1}}""", "to.email", "recipient.name: ")]
    [InlineData("""[{"user":"ada"}]""", "data.order", "The template 'welcome' needs")]
    public async Task An_error_names_the_recipient(string to, string field, string message = "")
    {
        await using var app = await StartAsync();
        await app.CallAsync("PUT", "/v1/users/carl", User("carl", """{"name":"Carl"}"""));
        await app.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada"]}""");

        using var response = await app.TriggerAsync($$"""{"to":{{to}},"template":"welcome","data":{"place":"x"} }""");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal([field], problem.Fields());
        Assert.Contains(message, problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Properties_are_replaced_by_PUT_merged_by_PATCH_and_shown_by_GET()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        const string Properties = """{"name":"Ada","plan":{"id":"pro","seats":2.50},"tags":["a",null],"none":null}""";
        await app.CallAsync("PUT", "/v1/users/ada", User("ada", Properties));
        AssertProperties(Properties, await app.CallAsync("GET", "/v1/users/ada"));

        await app.CallAsync(
            "PATCH",
            "/v1/users/ada",
            """{"properties":{"plan":{"seats":null,"until":"2030"},"tags":["b"],"name":"Countess"}}"""
        );
        AssertProperties(
            """{"name":"Countess","plan":{"id":"pro","until":"2030"},"tags":["b"],"none":null}""",
            await app.CallAsync("GET", "/v1/users/ada")
        );
        await app.CallAsync("PATCH", "/v1/users/ada", """{"properties":null}""");
        Assert.False((await app.CallAsync("GET", "/v1/users/ada")).TryGetProperty("properties", out _));

        await app.CallAsync("PUT", "/v1/users/ada", User("ada", Properties));
        await app.CallAsync("PUT", "/v1/users/ada", """{"locale":"sv"}""");
        Assert.False((await app.CallAsync("GET", "/v1/users/ada")).TryGetProperty("properties", out _));
    }

    [Theory]
    [InlineData("""{"properties":[1]}""", "properties")]
    [InlineData("""{"properties":{"email":"x"}}""", "properties.email")]
    [InlineData("""{"properties":{"a":"\u0000"}}""", "properties.a")]
    [InlineData("""{"properties":{"a":1,"a":2}}""", "properties.a")]
    public async Task Wrong_properties_are_refused(string body, string field)
    {
        await using var app = await StartAsync();

        using var put = await app.SendAsync("PUT", "/v1/users/ada", body);
        using var patch = await app.SendAsync("PATCH", "/v1/users/ada", body);

        Assert.Equal([field], (await put.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal([field], (await patch.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        var large = $$"""{"properties":{"a":"{{new string('x', 16_384)}}"} }""";
        Assert.Equal(HttpStatusCode.BadRequest, (await app.AskAsync("PATCH", "/v1/users/ada", large)).Status);
    }

    [Fact]
    public async Task The_same_key_with_other_data_of_a_recipient_is_a_conflict()
    {
        await using var app = await StartAsync();
        static string Trigger(int order) =>
            $$"""
                {"to":{"user":"ada","data":{"order":{{order}}} },"template":"welcome","data":{"place":"x"},"idempotencyKey":"k"}
                """;

        var first = await app.AcceptAsync(Trigger(1));

        Assert.Equal(first, await app.AcceptAsync(Trigger(1)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.AskAsync("POST", "/v1/notifications", Trigger(2))).Status);
    }

    [Fact]
    public async Task A_preview_shows_a_recipient()
    {
        await using var app = await StartAsync();
        const string Data = """ "data":{"order":1,"place":"x"} """;

        var shown = await app.CallAsync("POST", "/v1/templates/welcome/preview", $$"""{"recipient":{"name":"Ada"},{{Data}}}""");
        var draft = await app.CallAsync(
            "POST",
            "/v1/templates/preview",
            $$"""{"recipient":{"name":"Ada"},{{Data}},{{Template[1..]}}"""
        );
        using var without = await app.SendAsync("POST", "/v1/templates/welcome/preview", $$"""{ {{Data}} }""");
        using var wrong = await app.SendAsync("POST", "/v1/templates/welcome/preview", """{"recipient":"ada"}""");

        Assert.Equal("Hi Ada", shown.GetProperty("variants")[0].Text("title"));
        Assert.Equal(shown.GetRawText(), draft.GetRawText());
        Assert.Equal(["recipient.name"], (await without.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(["recipient"], (await wrong.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    private static async Task<ApiApplication> StartAsync()
    {
        var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/templates/welcome", Template);
        await app.CallAsync("PUT", "/v1/users/ada", User("ada", """{"name":"Ada"}"""));
        return app;
    }

    private static string User(string id, string properties) =>
        $$"""{"addresses":{"email":"{{id}}@example.org"},"properties":{{properties}}}""";

    private static IEnumerable<string> Sent(ApiApplication app) =>
        app.Sandbox.Messages.Select(message => $"{message.Content.Title}|{message.Content.Body}").Order(StringComparer.Ordinal);

    private static void AssertProperties(string expected, JsonElement user) =>
        Assert.True(
            JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, user.GetProperty("properties")),
            user.GetRawText()
        );
}
