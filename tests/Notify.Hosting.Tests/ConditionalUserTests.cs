using System.Net;

namespace Notify.Hosting.Tests;

/// <summary>Tests <c>ETag</c>, <c>If-Match</c> and <c>If-None-Match</c> of users.</summary>
public sealed class ConditionalUserTests : IAsyncLifetime
{
    private const string User = "/v1/users/ada";

    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync() => _app = await ApiApplication.StartOnSqliteAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Every_answer_names_the_version_and_equal_content_has_an_equal_version()
    {
        var created = await AskAsync("PUT", """{"locale":"sv"}""");
        Assert.Equal((HttpStatusCode.Created, (await AskAsync("GET")).ETag), (created.Status, created.ETag));
        Assert.NotNull(created.ETag);

        var patched = await AskAsync("PATCH", """{"locale":"de"}""");
        Assert.Equal((HttpStatusCode.NoContent, (await AskAsync("GET")).ETag), (patched.Status, patched.ETag));
        Assert.NotEqual(created.ETag, patched.ETag);

        await _app.CallAsync("PATCH", $"{User}/preferences", """{"items":[{"status":"optedOut"}]}""");
        Assert.Equal(patched.ETag, (await AskAsync("GET")).ETag);
        Assert.Equal(patched.ETag, (await AskAsync("PUT", """{"locale":"de"}""")).ETag);
        Assert.Equal(HttpStatusCode.NotModified, (await AskAsync("GET", ("If-None-Match", patched.ETag!))).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", ("If-None-Match", created.ETag!))).Status);
    }

    [Theory]
    [InlineData("PUT", """{"locale":"fi"}""")]
    [InlineData("PATCH", """{"locale":"fi"}""")]
    [InlineData("DELETE", null)]
    public async Task A_change_is_made_only_on_the_version_that_If_Match_names(string method, string? json)
    {
        var old = await AskAsync("PUT", """{"locale":"sv"}""");
        var current = await AskAsync("PUT", """{"locale":"de"}""");

        foreach (var tag in (string[])[old.ETag!, $"W/{current.ETag}", "\"\""])
        {
            using var refused = await SendAsync(method, json, ("If-Match", tag));
            var problem = await refused.ProblemAsync(HttpStatusCode.PreconditionFailed);
            Assert.Equal("precondition_failed", problem.Text("code"));
        }

        Assert.Equal("de", (await _app.CallAsync("GET", User)).Text("locale"));
        Assert.Equal(HttpStatusCode.NoContent, (await AskAsync(method, json, ("If-Match", current.ETag!))).Status);
        Assert.Equal(
            method == "DELETE" ? HttpStatusCode.NotFound : HttpStatusCode.PreconditionFailed,
            (await AskAsync(method, json, ("If-Match", current.ETag!))).Status
        );
    }

    [Fact]
    public async Task A_user_is_created_only_if_it_does_not_exist_or_replaced_only_if_it_does()
    {
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await AskAsync("PUT", "{}", ("If-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await AskAsync("PUT", "{}", ("If-Match", "\"x\""))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("PATCH", "{}", ("If-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("DELETE", null, ("If-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.Created, (await AskAsync("PUT", "{}", ("If-None-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await AskAsync("PUT", "{}", ("If-None-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await AskAsync("PUT", "{}", ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task Of_many_callers_who_read_the_same_version_one_changes_it()
    {
        var read = await AskAsync("PUT", """{"locale":"sv"}""");

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => AskAsync("PATCH", $$"""{"addresses":{"email":"ada{{i}}@example.org"} }""", ("If-Match", read.ETag!)))
        );

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.NoContent));
        Assert.Equal(19, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
    }

    [Theory]
    [InlineData("If-Match", "x")]
    [InlineData("If-Match", "\"a\", \"b\"")]
    [InlineData("If-None-Match", "\"a\"")]
    public async Task A_precondition_that_cannot_be_evaluated_is_refused(string header, string value)
    {
        await AskAsync("PUT", "{}");
        foreach (var (method, json) in new[] { ("PUT", "{}"), ("PATCH", "{}"), ("DELETE", null) })
        {
            using var response = await SendAsync(method, json, (header, value));
            Assert.Equal([header], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        }
    }

    private Task<(HttpStatusCode Status, string? ETag)> AskAsync(string method, params (string, string)[] headers) =>
        AskAsync(method, null, headers);

    private async Task<(HttpStatusCode Status, string? ETag)> AskAsync(
        string method,
        string? json,
        params (string, string)[] headers
    )
    {
        using var response = await SendAsync(method, json, headers);
        return (response.StatusCode, response.Headers.ETag?.ToString());
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string? json, params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), User);
        if (json is not null)
            request.Content = new StringContent(json, null, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _app.Client.SendAsync(request);
    }
}
