using System.Net;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the versions of templates in triggers and in what is read of notifications.</summary>
public sealed class TemplateVersionsOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    [Theory]
    [InlineData("""{"name":"versioned","version":1}""", 1)]
    [InlineData("""{"name":"versioned"}""", 2)]
    [InlineData("""{"name":"versioned","version":null}""", 2)]
    [InlineData("\"versioned\"", 2)]
    public async Task The_rendered_version_is_shown(string template, int version)
    {
        var app = shared.App;
        await SaveAsync(app, "versioned");

        var url = await app.AcceptAsync($$"""{"to":{"email":"ada@example.org"},"template":{{template}} }""");

        var shown = (await app.ReadAsync(url)).GetProperty("template");
        Assert.Equal(("versioned", version), (shown.Text("name"), shown.GetProperty("version").GetInt32()));
        var list = await app.ReadAsync("/v1/notifications?template=versioned");
        var listed = list.GetProperty("items")
            .EnumerateArray()
            .Single(item => url.EndsWith(item.Text("id")!, StringComparison.Ordinal));
        Assert.Equal(shown.GetRawText(), listed.GetProperty("template").GetRawText());
    }

    [Fact]
    public async Task Versions_are_listed_page_by_page_newest_first()
    {
        var app = shared.App;
        await SaveAsync(app, "listed");

        var page = await app.ReadAsync("/v1/templates/listed/versions?limit=1");
        Assert.Equal(2, Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("version").GetInt32());
        page = await app.ReadAsync(page.Text("next")!);
        Assert.Equal(1, Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("version").GetInt32());
        Assert.False(page.TryGetProperty("next", out _));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/templates/unlisted/versions")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.AskAsync("GET", "/v1/templates/listed/versions?after=x")).Status);
    }

    [Theory]
    [InlineData("""{"name":"refused","version":3}""", "template.version")]
    [InlineData("""{"name":"refused","version":0}""", "template.version")]
    [InlineData("""{"name":"refused","version":"1"}""", "template.version")]
    [InlineData("""{"name":"refused","version":1.5}""", "template.version")]
    [InlineData("""{"name":"refused","newest":true}""", "template.newest")]
    [InlineData("""{"version":1}""", "template.name")]
    [InlineData("""{}""", "template.name")]
    [InlineData("""["refused"]""", "template")]
    [InlineData("7", "template")]
    [InlineData("""{"name":"nowhere","version":1}""", "template")]
    public async Task A_wrong_version_is_named(string template, string field)
    {
        var app = shared.App;
        await SaveAsync(app, "refused");

        using var response = await app.TriggerAsync($$"""{"to":{"email":"ada@example.org"},"template":{{template}} }""");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.NotEmpty(problem.ErrorsIn(field));
    }

    // A template that is saved again without a change keeps its version.
    private static async Task SaveAsync(ApiApplication app, string name)
    {
        if ((await app.AskAsync("GET", $"/v1/templates/{name}?version=2")).Status == HttpStatusCode.OK)
            return;
        await app.CallAsync("PUT", $"/v1/templates/{name}", """{"variants":[{"body":"one"}]}""");
        await app.CallAsync("PUT", $"/v1/templates/{name}", """{"variants":[{"body":"two"}]}""");
    }
}
