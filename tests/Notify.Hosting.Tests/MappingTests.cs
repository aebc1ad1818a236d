using System.Net;
using System.Numerics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Providers.Http;

namespace Notify.Hosting.Tests;

public sealed class MappingTests
{
    [Fact]
    public async Task All_endpoints_move_under_the_prefix()
    {
        await using var app = await ApiApplication.StartAsync(prefix: "/notify");
        using var body = new StringContent(
            """{"to":{"email":"a@example.org"},"content":{"body":"x"}}""",
            null,
            "application/json"
        );
        using var accepted = await app.Client.PostAsync("/notify/v1/notifications", body);

        Assert.StartsWith("/notify/v1/notifications/", accepted.Headers.Location!.ToString());
        Assert.Equal("default", (await app.ReadAsync(accepted.Headers.Location.ToString())).GetProperty("tenant").GetString());
        using var unknown = await app.Client.GetAsync("/notify/nothing");
        await unknown.ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_applications_own_paths_are_not_affected()
    {
        await using var app = await ApiApplication.StartAsync(application: application =>
        {
            application.MapGet("/", () => "our home page");
            application.MapGet("/v1/orders", () => "our orders");
            application.MapFallback(() => Results.Text("our fallback"));
        });

        Assert.Equal("our home page", await app.Client.GetStringAsync("/"));
        Assert.Equal("our orders", await app.Client.GetStringAsync("/v1/orders"));
        Assert.Equal("our fallback", await app.Client.GetStringAsync("/v1/invoices"));
    }

    [Fact]
    public async Task Each_operation_belongs_to_exactly_one_feature_or_to_every_process()
    {
        var everywhere = await ListOperationsAsync(ApiFeatures.None);
        var all = await ListOperationsAsync(ApiFeatures.All);
        var features = Enum.GetValues<ApiFeatures>().Where(feature => BitOperations.IsPow2((int)feature)).ToArray();
        var owned = new List<string>();
        foreach (var feature in features)
            owned.AddRange((await ListOperationsAsync(feature)).Except(everywhere));

        Assert.Equal(all.Except(everywhere).Order(), owned.Order());
        Assert.Equal(["getLiveness", "getOpenApiDocument", "getReadiness", "showProblemPage"], everywhere.Order());
    }

    [Fact]
    public async Task The_error_without_AddNotifications_says_what_is_missing()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddNotifications()", Assert.Throws<InvalidOperationException>(() => app.MapNotifications()).Message);
    }

    private static async Task<string[]> ListOperationsAsync(ApiFeatures features)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapNotifications(features: features);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var document = new OpenApiDocument(JsonElement.Parse(await client.GetStringAsync("/openapi/v1.json")));
        return [.. document.Operations.Select(operation => operation.Id)];
    }
}
