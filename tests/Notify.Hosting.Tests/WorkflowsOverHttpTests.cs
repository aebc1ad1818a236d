using System.Net;

namespace Notify.Hosting.Tests;

/// <summary>Tests of <c>/v1/workflows</c>, and of triggers that name a workflow.</summary>
public sealed class WorkflowsOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Body = """
        {"template":"shipped","steps":[{"channels":["email"]},{"channels":["sms","push"],"after":"PT5M"}],"category":"orders",
         "priority":"high","throttle":{"max":10,"per":"P1D"},"delay":"PT1H","timeToLive":"P1DT12H","description":"An order left."}
        """;

    [Fact]
    public async Task What_get_shows_can_be_saved_again_without_a_change()
    {
        var app = await PrepareAsync();
        using var created = await app.SendAsync("PUT", "/v1/workflows/same", Body);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        using var shown = await app.SendAsync("GET", "/v1/workflows/same");
        var json = await shown.Content.ReadAsStringAsync();
        using var saved = await app.SendAsync("PUT", "/v1/workflows/same", json);

        Assert.Equal((HttpStatusCode.OK, 1), (saved.StatusCode, (await saved.JsonAsync()).GetProperty("version").GetInt32()));
        Assert.Equal((created.Headers.ETag, created.Headers.ETag), (shown.Headers.ETag, saved.Headers.ETag));
        Assert.NotNull(created.Headers.ETag);
    }

    [Fact]
    public async Task The_timeline_and_the_list_show_the_workflow_and_its_version()
    {
        var app = await PrepareAsync();
        await app.CallAsync("PUT", "/v1/workflows/timeline", """{"template":"shipped"}""");
        await app.CallAsync("PUT", "/v1/workflows/timeline", """{"template":"shipped","category":"orders"}""");

        await ShowAsync("\"timeline\"", 2);
        await ShowAsync("""{"name":"timeline","version":1}""", 1);

        async Task ShowAsync(string reference, int version)
        {
            var url = await app.AcceptAsync($$"""{"to":{"email":"ada@example.org"},"workflow":{{reference}} }""");
            var shown = await app.ReadAsync(url);
            var workflow = shown.GetProperty("workflow");
            Assert.Equal(("timeline", version), (workflow.Text("name"), workflow.GetProperty("version").GetInt32()));
            Assert.Equal(
                ("shipped", version == 2 ? "orders" : null),
                (shown.GetProperty("template").Text("name"), Category(shown))
            );
            var listed = (await app.ReadAsync("/v1/notifications?template=shipped"))
                .GetProperty("items")
                .EnumerateArray()
                .Single(item => url.EndsWith(item.Text("id")!, StringComparison.Ordinal));
            Assert.Equal(workflow.GetRawText(), listed.GetProperty("workflow").GetRawText());
        }

        static string? Category(System.Text.Json.JsonElement shown) =>
            shown.TryGetProperty("category", out var category) ? category.GetString() : null;
    }

    [Fact]
    public async Task Versions_are_shown_and_restored_under_preconditions()
    {
        var app = await PrepareAsync();
        const string path = "/v1/workflows/restored";
        using var first = await app.SendAsync("PUT", path, """{"template":"shipped","category":"one"}""");
        using var second = await app.SendAsync("PUT", path, """{"template":"shipped","category":"two"}""");

        var page = await app.ReadAsync($"{path}/versions?limit=1");
        Assert.Equal(2, page.GetProperty("items")[0].GetProperty("version").GetInt32());
        page = await app.ReadAsync(page.Text("next")!);
        Assert.Equal(1, page.GetProperty("items")[0].GetProperty("version").GetInt32());
        Assert.Equal("one", (await app.ReadAsync($"{path}/versions/1")).Text("category"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"{path}/versions/3")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"{path}/versions/one")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.AskAsync("GET", $"{path}/versions?after=one")).Status);

        Assert.Equal(HttpStatusCode.PreconditionFailed, await RollBackAsync(first.Headers.ETag!.Tag, 1));
        Assert.Equal(HttpStatusCode.OK, await RollBackAsync(second.Headers.ETag!.Tag, 1));
        Assert.Equal("one", (await app.ReadAsync(path)).Text("category"));
        Assert.Equal(HttpStatusCode.BadRequest, await RollBackAsync("*", 9));
        const string missing = "/v1/workflows/none/rollback";
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("POST", missing, """{"version":1}""")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await app.AskAsync("DELETE", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("DELETE", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"{path}/versions")).Status);

        async Task<HttpStatusCode> RollBackAsync(string tag, int version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/rollback")
            {
                Content = new StringContent($$"""{"version":{{version}}}""", null, "application/json"),
            };
            request.Headers.TryAddWithoutValidation("If-Match", tag);
            using var response = await app.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_workflow_is_promoted_to_a_tenant_that_has_its_template()
    {
        var app = await PrepareAsync();
        await app.CallAsync("PUT", "/v1/workflows/promoted", Body);

        using var refused = await app.SendAsync("POST", "/v1/workflows/promoted/promote", """{"tenant":"live"}""");
        Assert.NotEmpty((await refused.ProblemAsync(HttpStatusCode.BadRequest)).ErrorsIn("template"));
        await app.CallAsync("PUT", "/v1/templates/shipped", """{"variants":[{"body":"live"}]}""", tenant: "live");
        using var created = await app.SendAsync("POST", "/v1/workflows/promoted/promote", """{"tenant":"live"}""");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("orders", (await app.CallAsync("GET", "/v1/workflows/promoted", tenant: "live")).Text("category"));
    }

    [Theory]
    [InlineData("""{}""", "template")]
    [InlineData("""{"template":"none"}""", "template")]
    [InlineData("""{"template":{"name":"shipped","version":9}}""", "template.version")]
    [InlineData("""{"template":"shipped","step":[]}""", "step")]
    [InlineData("""{"template":"shipped","steps":[{"after":"PT5M"}]}""", "steps[0].channels")]
    [InlineData("""{"template":"shipped","steps":[{"channels":["email"],"after":"PT5M"}]}""", "steps[0].after")]
    [InlineData("""{"template":"shipped","steps":[{"channels":["sms"]},{"channels":["push"],"after":"x"}]}""", "steps[1].after")]
    [InlineData("""{"template":"shipped","steps":[{"channels":["sms"]},{"channels":["push"],"wait":"x"}]}""", "steps[1].wait")]
    [InlineData("""{"template":"shipped","priority":"urgent"}""", "priority")]
    [InlineData("""{"template":"shipped","throttle":{"max":1,"per":"PT5M"}}""", "category")]
    [InlineData("""{"template":"shipped","digest":{"cron":"never"}}""", "digest.cron")]
    [InlineData("""{"template":"shipped","delay":"-PT1H"}""", "delay")]
    [InlineData("""{"template":"shipped","timeToLive":"P40D"}""", "timeToLive")]
    public async Task A_wrong_field_is_named(string body, string field)
    {
        var app = await PrepareAsync();

        using var response = await app.SendAsync("PUT", "/v1/workflows/wrong", body);

        Assert.NotEmpty((await response.ProblemAsync(HttpStatusCode.BadRequest)).ErrorsIn(field));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/workflows/wrong")).Status);
    }

    [Fact]
    public async Task A_channel_without_a_provider_is_a_warning()
    {
        var app = await PrepareAsync();

        var saved = await app.CallAsync("PUT", "/v1/workflows/fax", """{"template":"shipped","steps":[{"channels":["fax"]}]}""");

        var warning = Assert.Single(saved.GetProperty("warnings").EnumerateArray());
        Assert.Equal(("steps[0].channels[0]", "no_channel"), (warning.Text("field"), warning.Text("code")));
    }

    private async Task<ApiApplication> PrepareAsync()
    {
        await shared.App.CallAsync("PUT", "/v1/templates/shipped", """{"variants":[{"title":"Order","body":"On its way."}]}""");
        return shared.App;
    }
}
