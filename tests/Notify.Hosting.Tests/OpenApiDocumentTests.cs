using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting.Tests;

/// <summary>The OpenAPI document describes exactly the endpoints that are mapped, and is consistent.</summary>
public sealed partial class OpenApiDocumentTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/notify")]
    public async Task The_document_has_exactly_the_mapped_endpoints(string prefix)
    {
        await using var app = await ApiApplication.StartAsync(prefix: prefix);
        var document = await OpenApiDocument.ReadAsync(app, prefix);
        var mapped = app
            .Endpoints.SelectMany(endpoint =>
                (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method =>
                    $"{method} {endpoint.RoutePattern.RawText![prefix.Length..]}"
                )
            )
            .Where(endpoint => !endpoint.StartsWith("HEAD ", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

        Assert.Equal(mapped, document.Operations.Select(operation => $"{operation}").Order(StringComparer.Ordinal));
        Assert.Equal(prefix.Length == 0 ? "/" : prefix, document.Root.GetProperty("servers")[0].Text("url"));
        Assert.True(document.Operations.Count > 35, $"{document.Operations.Count} operations");
    }

    [Fact]
    public async Task A_process_that_only_reads_documents_only_its_endpoints()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox().AddInbox();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapNotifications(features: ApiFeatures.Analytics);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        var document = new OpenApiDocument(JsonElement.Parse(await client.GetStringAsync("/openapi/v1.json")));

        Assert.Contains(document.Operations, operation => operation.Id == "streamEvents");
        Assert.DoesNotContain(document.Operations, operation => operation.Id == "triggerNotification");
    }

    [Fact]
    public async Task The_document_needs_no_key_and_contains_neither_keys_nor_providers()
    {
        await using var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add("a-key-of-the-tests"),
            services =>
                services
                    .AddNotifications()
                    .AddWebhook("hooks-of-acme", options => options.Secret = $"whsec_{new string('A', 32)}")
        );
        using var refused = await app.SendAsync("GET", "/v1/providers");
        await refused.ProblemAsync(HttpStatusCode.Unauthorized);

        var text = (await OpenApiDocument.ReadAsync(app)).Root.GetRawText();

        Assert.Contains("listProviders", text, StringComparison.Ordinal);
        string[] secrets = ["a-key-of-the-tests", "hooks-of-acme", "whsec_AAAA"];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_document_of_the_application_itself_takes_precedence()
    {
        await using var app = await ApiApplication.StartAsync(application: own =>
            own.MapGet("/openapi/{name}.json", (string name) => $"own {name}")
        );

        Assert.Equal((HttpStatusCode.OK, "own v1"), await app.AskAsync("GET", "/openapi/v1.json"));
    }

    [Fact]
    public async Task The_document_is_consistent()
    {
        await using var app = await ApiApplication.StartAsync();
        var document = await OpenApiDocument.ReadAsync(app);
        var text = document.Root.GetRawText();

        var ids = document.Operations.Select(operation => operation.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[a-z]+([A-Z][a-z]+)*$", id));

        var tags = document.Root.GetProperty("tags").EnumerateArray().Select(tag => tag.Text("name")!).ToList();
        var used = document.Operations.SelectMany(operation => operation.Value.GetProperty("tags").EnumerateArray());
        Assert.Equal(
            tags.Order(StringComparer.Ordinal),
            used.Select(tag => tag.GetString()!).Distinct().Order(StringComparer.Ordinal)
        );

        foreach (var reference in Reference().Matches(text).Select(match => match.Groups[1].Value))
        {
            var found = document.Root;
            foreach (var segment in reference.Split('/'))
                Assert.True(found.TryGetProperty(segment, out found), reference);
        }

        Assert.All(document.Operations, operation =>
            Assert.Equal(
                Parameter().Matches(operation.Path).Select(match => match.Groups[1].Value),
                operation
                    .Parameters.Where(parameter => parameter.Text("in") == "path")
                    .Select(parameter => parameter.Text("name"))
            )
        );
        Assert.DoesNotContain("x-not-null", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_example_matches_its_schema()
    {
        await using var app = await ApiApplication.StartAsync();
        var document = await OpenApiDocument.ReadAsync(app);
        var count = 0;
        Check(document.Root);
        Assert.True(count > 60, $"only {count} examples");

        void Check(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                    Check(item);
            }

            if (element.ValueKind != JsonValueKind.Object)
                return;
            if (element.TryGetProperty("schema", out var schema) && element.TryGetProperty("example", out var example))
                CheckExample(schema, example);
            if (schema.ValueKind == JsonValueKind.Object && element.TryGetProperty("examples", out var named))
            {
                foreach (var one in named.EnumerateObject())
                    CheckExample(schema, one.Value.GetProperty("value"));
            }

            if (element.TryGetProperty("type", out _) && element.TryGetProperty("examples", out var values))
            {
                foreach (var value in values.ValueKind == JsonValueKind.Array ? values.EnumerateArray() : default)
                    CheckExample(element, value);
            }

            foreach (var member in element.EnumerateObject().Where(member => member.Name is not ("example" or "value")))
                Check(member.Value);
        }

        void CheckExample(JsonElement schema, JsonElement example)
        {
            count++;
            var errors = document.FindErrors(schema, example);
            Assert.True(errors.Count == 0, $"{example}: {string.Join("; ", errors)}");
        }
    }

    [GeneratedRegex("\"\\$ref\": ?\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("\\{([A-Za-z]+)\\}")]
    private static partial Regex Parameter();
}
