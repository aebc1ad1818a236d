using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary><c>/v1/webhook-endpoints/secret</c>.</summary>
public sealed class EndpointSecretsOverHttpTests
{
    private const string Path = "/v1/webhook-endpoints/secret";
    private const string Rotate = $"{Path}/rotate";
    private const string Key = "a-key-of-the-platform-team";
    private const string Body = """{"url":"https://example.org/hook?token=url-token"}""";

    [Fact]
    public async Task A_tenant_reads_and_rotates_the_secret_of_its_url()
    {
        await using var app = await StartAsync("webhook");
        var secrets = app.Services.GetRequiredService<IEndpointSecrets>();

        var shown = await app.CallAsync("POST", Path, Body, "acme");
        var again = await app.CallAsync("POST", Path, Body, "acme");
        var others = await app.CallAsync("POST", Path, Body, "globex");
        var rotated = await app.CallAsync("POST", Rotate, Body, "acme");
        var after = await app.CallAsync("POST", Path, Body, "acme");

        Assert.Equal(("webhook", 1), (shown.Text("provider"), shown.GetProperty("version").GetInt32()));
        Assert.False(shown.TryGetProperty("rotatedAt", out _));
        Assert.Equal(shown.Text("secret"), again.Text("secret"));
        Assert.NotEqual(shown.Text("secret"), others.Text("secret"));
        Assert.NotEqual(shown.Text("secret"), rotated.Text("secret"));
        Assert.Equal(2, rotated.GetProperty("version").GetInt32());
        Assert.Equal(
            TimeSpan.FromHours(24),
            rotated.GetProperty("previousUntil").GetDateTimeOffset() - rotated.GetProperty("rotatedAt").GetDateTimeOffset()
        );
        Assert.True(JsonElement.DeepEquals(rotated, after), after.ToString());
        Assert.Equal(1, (await app.CallAsync("POST", Path, Body, "globex")).GetProperty("version").GetInt32());
        var service = await secrets.GetAsync("acme", "https://example.org/hook?token=url-token", CancellationToken.None);
        Assert.Equal(service.Value, after.Text("secret"));
    }

    [Fact]
    public async Task Wrong_input_is_named()
    {
        (string Json, string Field)[] wrong =
        [
            ("{}", "url"),
            ("""{"url":null}""", "url"),
            ("""{"url":7}""", "url"),
            ("""{"url":"example.org"}""", "url"),
            ("""{"url":"mailto:ada@example.org"}""", "url"),
            ("""{"url":"https://example.org/","provider":"smtp"}""", "provider"),
            ("""{"url":"https://example.org/","secret":"x"}""", "secret"),
            ("""["https://example.org/"]""", "body"),
        ];
        await using var app = await StartAsync("webhook");

        foreach (var (json, field) in wrong)
        {
            foreach (var path in (string[])[Path, Rotate])
            {
                using var response = await app.SendAsync("POST", path, json);
                Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
            }
        }
    }

    [Fact]
    public async Task The_provider_is_named_where_there_are_several_and_missed_where_there_is_none()
    {
        await using var several = await StartAsync("webhook", "partner-hooks");
        await using var none = await StartAsync();
        const string Named = """{"url":"https://example.org/","provider":"partner-hooks"}""";

        var (status, problem) = await several.AskAsync("POST", Path, Body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("partner-hooks", problem, StringComparison.Ordinal);
        Assert.Equal("partner-hooks", (await several.CallAsync("POST", Path, Named)).Text("provider"));
        using var response = await none.SendAsync("POST", Path, Body);
        Assert.Equal(["provider"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task A_rotation_leaves_an_audit_line_and_no_secret_in_the_log()
    {
        var lines = new LineCollector();
        await using var app = await StartAsync(
            ["webhook"],
            options => options.ApiKeys.Add(Key),
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(lines))
        );
        var (refused, _) = await app.AskAsync("POST", Rotate, Body);
        Assert.Equal(HttpStatusCode.Unauthorized, refused);

        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        var shown = await app.CallAsync("POST", Path, Body, "acme");
        using var response = await app.SendAsync("POST", Rotate, Body, "acme");
        var rotated = await response.JsonAsync();

        Assert.True(response.Headers.CacheControl?.NoStore);
        var log = lines.Lines.ToArray();
        Assert.Single(log, line =>
            line.Contains("Audit: webhook secret shown, tenant acme, key configured-1", StringComparison.Ordinal)
        );
        Assert.Single(log, line =>
            line.Contains("Audit: webhook secret rotated, tenant acme, key configured-1", StringComparison.Ordinal)
        );
        foreach (var secret in (string[])[shown.Text("secret")!, rotated.Text("secret")!, "url-token"])
            Assert.DoesNotContain(log, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static Task<ApiApplication> StartAsync(params string[] providers) => StartAsync(providers, null, null);

    private static Task<ApiApplication> StartAsync(
        string[] providers,
        Action<NotificationsApiOptions>? options,
        Action<IServiceCollection>? configure
    ) => ApiApplication.StartAsync(options, services =>
        {
            foreach (var (i, name) in providers.Index())
                services
                    .AddNotifications()
                    .AddWebhook(name, webhook => webhook.Secret = $"whsec_{Convert.ToBase64String([(byte)i, .. new byte[31]])}");
            configure?.Invoke(services);
        });
}
