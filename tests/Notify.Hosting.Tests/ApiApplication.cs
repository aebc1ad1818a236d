using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Providers;
using Notify.Providers.Sandbox;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>An application with the API on a real Kestrel server, on a free port of the loopback address.</summary>
public sealed class ApiApplication : IAsyncDisposable
{
    private static readonly Channel[] AllChannels = [Channel.Push, Channel.Sms, Channel.Email, Channel.Webhook];

    /// <summary>How often an application looks for what is due.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly WebApplication _app;
    private readonly TemporaryFolder? _folder;

    private ApiApplication(WebApplication app, TemporaryFolder? folder = null)
    {
        _folder = folder;
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The folder of the database, for an application over SQLite.</summary>
    public string Folder => _folder!.Path;

    public ISandbox Sandbox => _app.Services.GetRequiredService<ISandbox>();

    /// <summary>All endpoints of the API, from routing.</summary>
    public IEnumerable<RouteEndpoint> Endpoints =>
        _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public static async Task<ApiApplication> StartAsync(
        Action<NotificationsApiOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<RouteGroupBuilder>? group = null,
        Action<WebApplication>? application = null,
        string url = "http://127.0.0.1:0",
        string prefix = "",
        Action<INotificationsBuilder>? store = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // No test fails because the machine was too busy to render in time.
        var notifications = builder.Services.AddNotifications(options =>
            options.Templates.MaxRenderTime = TimeSpan.FromMinutes(1)
        );
        (store ?? (stored => stored.UseInMemory())).Invoke(notifications);
        notifications.AddSandbox();
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

    /// <summary>Starts an application with SQLite. Channels without a provider from the test use the sandbox.</summary>
    internal static Task<ApiApplication> StartOnSqliteAsync(params IDeliveryProvider[] providers)
    {
        var folder = new TemporaryFolder();
        return StartOnAsync(store => store.UseSqlite($"Data Source={folder.File("notify.db")};Pooling=False"), folder, providers);
    }

    /// <summary>Starts an application with SQLite and a clock that the test controls.</summary>
    internal static Task<ApiApplication> StartOnSqliteAsync(ManualTime time)
    {
        var folder = new TemporaryFolder();
        return StartOnAsync(
            store =>
            {
                store.Services.AddSingleton<TimeProvider>(time);
                store.UseSqlite($"Data Source={folder.File("notify.db")};Pooling=False");
            },
            folder
        );
    }

    /// <summary>
    /// Starts an application with the in-memory store, otherwise like <see cref="StartOnSqliteAsync(IDeliveryProvider[])"/>.
    /// </summary>
    internal static Task<ApiApplication> StartInMemoryAsync(params IDeliveryProvider[] providers) =>
        StartOnAsync(store => store.UseInMemory(), null, providers);

    /// <summary>Starts an application with a store that a test configures, and with a folder that it disposes of.</summary>
    internal static async Task<ApiApplication> StartOnAsync(
        Action<INotificationsBuilder> useStore,
        TemporaryFolder? folder,
        params IDeliveryProvider[] providers
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var notifications = builder.Services.AddNotifications(options =>
        {
            options.PollInterval = PollInterval;
            // No test fails because the machine was too busy to render in time.
            options.Templates.MaxRenderTime = TimeSpan.FromMinutes(1);
        });
        useStore(notifications);
        notifications.AddSandbox(AllChannels.Except(providers.Select(provider => provider.Channel)));
        foreach (var provider in providers)
            builder.Services.AddSingleton(provider);

        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapNotifications();
        await app.StartAsync();
        return new ApiApplication(app, folder);
    }

    public Task<HttpResponseMessage> SendAsync(string method, string path, string? json = null, string? tenant = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        return Client.SendAsync(request);
    }

    /// <summary>Sends a request and returns the status and the body of the answer.</summary>
    public async Task<(HttpStatusCode Status, string Body)> AskAsync(
        string method,
        string path,
        string? json = null,
        string? tenant = null
    )
    {
        using var response = await SendAsync(method, path, json, tenant);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a request that must succeed, and returns the JSON of the answer.</summary>
    public async Task<JsonElement> CallAsync(string method, string path, string? json = null, string? tenant = null)
    {
        var (status, body) = await AskAsync(method, path, json, tenant);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {body}");
        return body.Length == 0 ? default : JsonElement.Parse(body);
    }

    /// <summary>Triggers a notification and returns the URL of its timeline.</summary>
    public async Task<string> AcceptAsync(string json, string? tenant = null) =>
        (await CallAsync("POST", "/v1/notifications", json, tenant)).GetProperty("statusUrl").GetString()!;

    /// <summary>Waits until this many deliveries are in a state, and returns the timeline.</summary>
    public async Task<JsonElement> WhenAsync(string url, string state, int count, string? tenant = null)
    {
        await Eventually.TrueAsync(
            async () => (await CallAsync("GET", url, null, tenant)).GetProperty("counts").GetProperty(state).GetInt32() == count,
            $"{count} {state}"
        );
        return await CallAsync("GET", url, null, tenant);
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
        _folder?.Dispose();
    }
}

internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Asserts a problem document with this status, and returns it.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.JsonAsync();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.EndsWith($"/v1/errors/{problem.Text("code")}", problem.Text("type"), StringComparison.Ordinal);
        return problem;
    }

    /// <summary>Returns the delivery in a timeline for this channel.</summary>
    public static JsonElement DeliveryOver(this JsonElement timeline, string channel) =>
        timeline
            .GetProperty("deliveries")
            .GetProperty("items")
            .EnumerateArray()
            .Single(delivery => delivery.Text("channel") == channel);

    public static string? Text(this JsonElement json, string property) =>
        json.TryGetProperty(property, out var value) ? value.GetString() : null;

    public static string[] Fields(this JsonElement problem) =>
        [
            .. problem
                .GetProperty("errors")
                .EnumerateArray()
                .Select(error => error.Text("field")!)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Returns the errors of a problem document for a field.</summary>
    public static JsonElement[] ErrorsIn(this JsonElement problem, string field) =>
        [.. problem.GetProperty("errors").EnumerateArray().Where(error => error.Text("field") == field)];
}
