using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Tests the identity of errors: the code and the type of each problem, and the code of each field.</summary>
public sealed class ErrorsOverHttpTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Valid = """{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""";

    public static TheoryData<string> Codes => [.. FindConstants(typeof(ProblemCodes))];

    /// <summary>Requests that are invalid, with the codes of their fields.</summary>
    public static TheoryData<string, string, string, string[]> WrongFields =>
        new()
        {
            { "PUT", "/v1/users/ada", """{"quietHours":{"from":"22:00"}}""", ["quietHours.to required"] },
            { "PUT", "/v1/users/ada", """{"locale":5,"language":"sv"}""", ["language unknown_field", "locale wrong_type"] },
            { "PUT", "/v1/users/ada", """{"locale":"sv","locale":"de"}""", ["locale duplicate"] },
            { "PUT", "/v1/users/ada", """{"locale":"sv\u0000"}""", ["locale invalid_text"] },
            { "PUT", "/v1/users/ada", """{"timeZone":"Mars"}""", ["timeZone invalid"] },
            { "PUT", "/v1/users/ada", """{"addresses":{"email":"ada"}}""", ["addresses.email invalid_address"] },
            { "PUT", "/v1/users/ada", """{"addresses":{"push":"a"}}""", ["addresses.push not_allowed"] },
            { "PUT", $"/v1/users/{new string('a', 300)}", "{}", ["id too_long"] },
            { "PUT", "/v1/users/ada", """{"quietHours":{"from":"22:00","to":"22:00"}}""", ["quietHours.to conflict"] },
            { "POST", "/v1/topics/news/subscribers", """{"users":["",7]}""", ["users[0] required", "users[1] wrong_type"] },
            { "POST", "/v1/notifications?x=1", Valid, ["x unknown_parameter"] },
            { "POST", "/v1/notifications", """{"to":{"user":"nobody"},"content":{"body":"x"}}""", ["to.user not_found"] },
            {
                "POST",
                "/v1/notifications",
                """{"to":{"channel":"fax","address":"1"},"content":{"body":"x"},"priority":"urgent"}""",
                ["priority invalid", "to unsupported"]
            },
            {
                "POST",
                "/v1/notifications",
                """{"to":{"email":"a@example.org"},"content":{"body":"x"},"template":"t","expiresAt":"2001-01-01T00:00:00Z"}""",
                ["expiresAt out_of_range", "template conflict"]
            },
            { "PUT", "/v1/templates/t", """{"variants":[{"body":"{% if x %}"}]}""", ["variants[0].body template_invalid"] },
            { "POST", "/v1/templates/preview", """{"variants":[{"body":"{{ n }}"}]}""", ["data.n required"] },
            { "POST", "/v1/receipts", """{"receipts":[{}]}""", ["receipts[0].deliveryId required", "receipts[0].kind required"] },
            { "POST", "/v1/dead-letters/replay", """{"all":true,"provider":"x"}""", ["all required"] },
        };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public async Task Each_invalid_field_has_a_code(string method, string path, string json, string[] errors)
    {
        using var response = await shared.Application.SendAsync(method, path, json);

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal("invalid_request", problem.Text("code"));
        JsonElement[] found = [.. problem.GetProperty("errors").EnumerateArray()];
        Assert.Equal(errors, found.Select(error => $"{error.Text("field")} {error.Text("code")}").Order(StringComparer.Ordinal));
        Assert.All(found, error => Assert.NotEmpty(error.Text("message")!));
        Assert.Subset(FindConstants(typeof(FieldErrorCodes)).ToHashSet(), found.Select(error => error.Text("code")!).ToHashSet());
    }

    [Theory]
    [InlineData("GET", "/v1/users/nobody", null, 404, "not_found")]
    [InlineData("GET", "/v1/topics/a/b/c/d", null, 404, "path_not_found")]
    [InlineData("POST", "/v1/callbacks/nobody", "{}", 404, "provider_not_found")]
    [InlineData("DELETE", "/v1/topics", null, 405, "method_not_allowed")]
    [InlineData("POST", "/v1/notifications", "{", 400, "invalid_json")]
    [InlineData("POST", "/v1/notifications", "\uFEFF{}", 400, "byte_order_mark")]
    [InlineData("POST", "/v1/notifications", null, 415, "unsupported_media_type")]
    public async Task Each_problem_has_a_code(string method, string path, string? json, int status, string code)
    {
        using var response = await shared.Application.SendAsync(method, path, json);

        Assert.Equal(code, (await response.ProblemAsync((HttpStatusCode)status)).Text("code"));
    }

    [Fact]
    public async Task A_path_that_no_endpoint_has_is_a_problem_beside_every_endpoint()
    {
        var document = await OpenApiDocument.ReadAsync(shared.Application);
        var areas = document
            .Root.GetProperty("paths")
            .EnumerateObject()
            .Where(path => path.Name.StartsWith("/v1/", StringComparison.Ordinal))
            .Select(path => string.Join('/', path.Name.Split('/').Take(3)))
            .Distinct();

        Assert.NotEmpty(areas);
        foreach (var area in areas)
        {
            using var response = await shared.Application.SendAsync("GET", $"{area}/no/such/path/at/all");
            Assert.Equal("path_not_found", (await response.ProblemAsync(HttpStatusCode.NotFound)).Text("code"));
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_code_has_a_page_that_needs_no_key(string code)
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add("a key of the API, long enough"));

        using var response = await app.Client.GetAsync($"/v1/errors/{code}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains($"<h1><code>{code}</code></h1>", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_page_of_invalid_fields_lists_every_code_of_a_field()
    {
        var page = await shared.Application.Client.GetStringAsync("/v1/errors/invalid_request");

        Assert.All(FindConstants(typeof(FieldErrorCodes)), code => Assert.Contains($"<code>{code}</code>", page));
        using var unknown = await shared.Application.Client.GetAsync("/v1/errors/no_such_code");
        Assert.Equal("path_not_found", (await unknown.ProblemAsync(HttpStatusCode.NotFound)).Text("code"));
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("/notify", "", "")]
    [InlineData("/notify", "", "/proxy")]
    [InlineData("/notify/", "/shop", "/proxy")]
    public async Task The_type_leads_to_the_page_under_every_prefix(string prefix, string group, string pathBase)
    {
        await using var app = WebApplication.CreateSlimBuilder().BuildWithNotify(group, prefix, pathBase);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var root = pathBase + group + prefix.TrimEnd('/');

        foreach (var path in (string[])["/v1/users/nobody", "/v1/callbacks/nobody", "/v1/topics/a/b/c", "/v1/errors/nothing"])
        {
            using var response = await client.GetAsync(root + path);
            var problem = await response.JsonAsync();
            Assert.Equal($"{root}/v1/errors/{problem.Text("code")}", problem.Text("type"));
            using var page = await client.GetAsync(new Uri(response.RequestMessage!.RequestUri!, problem.Text("type")));
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }
    }

    [Fact]
    public async Task The_type_can_lead_elsewhere()
    {
        await using var app = await ApiApplication.StartAsync(options =>
            options.ProblemTypeBase = new Uri("https://docs.example.org/errors#")
        );

        using var response = await app.Client.GetAsync("/v1/users/nobody");

        Assert.Equal("https://docs.example.org/errors#not_found", (await response.JsonAsync()).Text("type"));
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            ApiApplication.StartAsync(options => options.ProblemTypeBase = new Uri("/errors", UriKind.Relative))
        );
    }

    [Fact]
    public async Task Exceptions_have_the_same_codes()
    {
        var notifier = shared.Application.Services.GetRequiredService<INotifier>();
        var trigger = new Trigger
        {
            To = [Recipient.Email("ada@example.org")],
            Content = new Content { Body = "x" },
            IdempotencyKey = "codes",
        };
        await notifier.TriggerAsync(trigger);

        var reused = await Assert.ThrowsAsync<IdempotencyConflictException>(() =>
            notifier.TriggerAsync(trigger with { Category = "other" })
        );
        var invalid = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            notifier.TriggerAsync(trigger with { IdempotencyKey = null, To = [Recipient.User("nobody")] })
        );

        Assert.Equal(ProblemCodes.IdempotencyKeyReused, reused.Code);
        Assert.Equal(ProblemCodes.InvalidRequest, invalid.Code);
        Assert.Equal(("to[0]", FieldErrorCodes.NotFound), (invalid.Errors[0].Field, invalid.Errors[0].Code));
    }

    [Fact]
    public async Task An_outage_and_a_bug_have_codes_and_reveal_nothing()
    {
        foreach (
            var (failure, code) in ((Exception, string)[])
                [
                    (new TimeoutException("secret"), ProblemCodes.StoreUnavailable),
                    (new InvalidOperationException("secret"), ProblemCodes.InternalError),
                ]
        )
        {
            var queue = new CountingQueue { Failure = failure };
            await using var app = await ApiApplication.StartAsync(services: queue.Watch);

            using var response = await app.TriggerAsync(Valid);

            Assert.Equal(code, (await response.JsonAsync()).Text("code"));
            Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static string[] FindConstants(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
}

internal static class NestedApplication
{
    /// <summary>Builds an application that maps the API in a group of its own.</summary>
    public static WebApplication BuildWithNotify(this WebApplicationBuilder builder, string group, string prefix, string pathBase)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UsePathBase(pathBase);
        app.UseRouting();
        app.MapGroup(group).MapNotifications(prefix);
        return app;
    }
}
