using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Providers.Sandbox;

namespace Notify.Hosting.Tests;

/// <summary>An application with the API on a real Kestrel, on a free port of the loopback address.</summary>
public sealed class ApiApplication : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiApplication(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public ISandbox Sandbox => _app.Services.GetRequiredService<ISandbox>();

    public static async Task<ApiApplication> StartAsync(
        Action<NotificationsApiOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<RouteGroupBuilder>? group = null,
        Action<WebApplication>? application = null,
        string url = "http://127.0.0.1:0",
        string prefix = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        builder.Services.Configure(options ?? (_ => { }));
        services?.Invoke(builder.Services);

        var app = builder.Build();
        app.Urls.Add(url);
        application?.Invoke(app);
        var mapped = app.MapNotifications(prefix);
        group?.Invoke(mapped);
        try
        {
            await app.StartAsync();
            return new ApiApplication(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task<HttpResponseMessage> TriggerAsync(string json, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return Client.SendAsync(request);
    }

    public async Task<JsonElement> ReadAsync(string url) => await Client.GetFromJsonAsync<JsonElement>(url);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Asserts a problem document with this status, and returns it.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.JsonAsync();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        return problem;
    }

    public static string[] Fields(this JsonElement problem) =>
        [.. problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal)];
}
