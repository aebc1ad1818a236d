using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class ProtectionTests(ProtectionTests.Closed closed) : IClassFixture<ProtectionTests.Closed>
{
    private const string Key = "correct horse battery staple";

    public static TheoryData<string> Paths =>
        [
            "/health/live",
            "/health/ready",
            "/v1/notifications",
            "/v1/notifications/7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11",
            "/v1/notifications/a/b",
            "/v1/notifications/a/cancel",
            "/v1/users/u",
            "/v1/users/u/preferences",
            "/v1/users/u/devices",
            "/v1/users/u/devices/d",
            "/v1/users/a/b/c/d",
            "/v1/topics/t/subscribers",
            "/v1/templates/t",
            "/v1/receipts",
            "/v1/dead-letters",
            "/v1/dead-letters/replay",
            "/v1/analytics/deliveries",
            "/v1/api-keys",
            "/v1/api-keys/k",
            "/v1/api-keys/k/rotate",
            "/v1/team",
            "/v1/events",
            "/v1/sandbox/messages",
            "/v1/sandbox/messages/stream",
            "/health/other",
        ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task All_calls_need_the_configured_key(string path)
    {
        using var without = await closed.App.Client.GetAsync(path);
        using var post = await closed.App.Client.PostAsync(path, null);

        await without.ProblemAsync(HttpStatusCode.Unauthorized);
        await post.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(["Bearer", "Basic"], without.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
    }

    [Theory]
    [InlineData("Bearer", "another key", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", "", HttpStatusCode.Unauthorized)]
    [InlineData("Digest", Key, HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "not base64", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZTo=", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", Key, HttpStatusCode.OK)]
    [InlineData("bearer", "the second of the keys", HttpStatusCode.OK)]
    public async Task Only_a_correct_key_is_accepted(string scheme, string parameter, HttpStatusCode expected)
    {
        await using var app = await ApiApplication.StartAsync(options =>
        {
            options.ApiKeys.Add(Key);
            options.ApiKeys.Add("the second of the keys");
        });
        app.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"{scheme} {parameter}");

        using var response = await app.Client.GetAsync("/health/live");
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_browser_can_send_the_key_as_a_password()
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add("a:key:with:colons"));
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("anybody:a:key:with:colons"))
        );

        Assert.Contains("\"items\"", await app.Client.GetStringAsync("/v1/sandbox/messages"));
    }

    [Fact]
    public async Task A_key_is_never_logged()
    {
        var lines = new FakeLoggerProvider();
        await using var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add(Key),
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(lines))
        );
        app.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {Key}");
        await app.Client.GetStringAsync("/health/ready");

        Assert.NotEmpty(lines.ReadLines());
        Assert.DoesNotContain(lines.ReadLines(), line => line.Contains(Key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    [InlineData("http://192.0.2.7:80")]
    [InlineData("http://notify.example.org:80")]
    public async Task A_public_address_without_a_key_is_refused_before_it_listens(string url)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ApiApplication.StartAsync(url: url));

        Assert.Contains("NotificationsApiOptions.ApiKeys", exception.Message);
        Assert.Contains("127.0.0.1", exception.Message);
    }

    [Theory]
    [InlineData("http://0.0.0.0:80", true, false)]
    [InlineData("http://0.0.0.0:80", false, true)]
    [InlineData("http://localhost:80", false, false)]
    [InlineData("http://[::1]:80", false, false)]
    public async Task It_starts_with_a_key_the_applications_authorization_or_a_local_address(
        string url,
        bool key,
        bool authorization
    )
    {
        await using var app = Build(new PaperServer(), options =>
        {
            if (key)
                options.ApiKeys.Add(Key);
        });
        app.Urls.Add(url);
        var group = app.MapNotifications();
        if (authorization)
            group.RequireAuthorization();

        await app.StartAsync();
        Assert.False(app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_public_address_that_is_known_only_after_the_start_stops_the_application()
    {
        try
        {
            await using var app = Build(new PaperServer("http://0.0.0.0:80"));
            app.MapNotifications();
            await app.StartAsync();

            Assert.True(app.Lifetime.ApplicationStopping.IsCancellationRequested);
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    [Fact]
    public async Task Without_a_key_a_call_with_a_foreign_host_name_is_refused()
    {
        await using var app = await ApiApplication.StartAsync();
        app.Client.DefaultRequestHeaders.Host = "attacker.example.org";
        using var response = await app.Client.GetAsync("/v1/sandbox/messages");

        await response.ProblemAsync(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("x-forwarded-host", "notify.example.org")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Original-For", "203.0.113.7")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("CDN-Loop", "example")]
    [InlineData("CF-Connecting-IP", "203.0.113.7")]
    public async Task Without_a_key_a_call_through_a_proxy_is_refused(string header, string value)
    {
        var lines = new FakeLoggerProvider();
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.AddLogging(logging => logging.AddProvider(lines))
        );
        using var local = await app.Client.GetAsync("/v1/sandbox/messages");
        app.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        using var forwarded = await app.Client.GetAsync("/v1/sandbox/messages");

        Assert.Equal(HttpStatusCode.OK, local.StatusCode);
        await forwarded.ProblemAsync(HttpStatusCode.Forbidden);
        Assert.Single(lines.ReadLines(), line => line.StartsWith("Audit: GET refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-site")]
    [InlineData("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe")]
    [InlineData("Origin: https://attacker.example.org")]
    [InlineData("Origin: http://localhost:1")]
    [InlineData("Origin: null")]
    public async Task Without_a_key_a_page_of_another_origin_is_refused(params string[] headers)
    {
        await using var app = await ApiApplication.StartAsync();
        AddHeaders(app.Client, headers);
        using var read = await app.Client.GetAsync("/v1/sandbox/messages");
        using var cancel = await app.Client.PostAsync($"/v1/notifications/{Guid.CreateVersion7()}/cancel", null);
        using var trigger = await app.TriggerAsync("""{"to":{"email":"ada@example.org"},"content":{"title":"forged"} }""");

        foreach (var response in (HttpResponseMessage[])[read, cancel, trigger])
            Assert.Equal("cross_origin", (await response.ProblemAsync(HttpStatusCode.Forbidden)).Text("code"));
        Assert.Empty(app.Sandbox.Messages);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: same-origin")]
    [InlineData("Sec-Fetch-Site: none")]
    [InlineData("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")]
    [InlineData("Origin: {api}")]
    [InlineData("User-Agent: curl/8.0")]
    public async Task Without_a_key_its_own_pages_links_and_programs_are_answered(params string[] headers)
    {
        await using var app = await ApiApplication.StartAsync();
        var api = app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        AddHeaders(app.Client, [.. headers.Select(header => header.Replace("{api}", api, StringComparison.Ordinal))]);
        using var read = await app.Client.GetAsync("/v1/sandbox/messages");

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Fact]
    public async Task A_link_on_another_site_cannot_change_anything()
    {
        await using var app = await ApiApplication.StartAsync();
        AddHeaders(app.Client, ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]);
        using var form = await app.TriggerAsync("""{"to":{"email":"ada@example.org"},"content":{"title":"forged"} }""");

        await form.ProblemAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task With_a_key_a_page_of_another_origin_is_answered()
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add(Key));
        AddHeaders(app.Client, ["Sec-Fetch-Site: cross-site", "Origin: https://console.example.org"]);
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);

        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/v1/topics")).StatusCode);
    }

    private static void AddHeaders(HttpClient client, IEnumerable<string> headers)
    {
        foreach (var header in headers)
            client.DefaultRequestHeaders.Add(header.Split(": ")[0], header.Split(": ")[1]);
    }

    [Fact]
    public async Task With_a_key_a_call_through_a_proxy_is_accepted()
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add(Key));
        app.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);

        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/health/live")).StatusCode);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("fifteen-letters")]
    public async Task A_short_key_is_refused_at_the_start_and_does_not_appear_in_the_error(string key)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            ApiApplication.StartAsync(options => options.ApiKeys.Add(key))
        );

        Assert.Contains("16 characters", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain($"'{key}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_guesses_keys_is_refused_for_a_while_and_leaves_few_log_lines()
    {
        var lines = new FakeLoggerProvider();
        await using var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add(Key),
            services => services.AddLogging(logging => logging.AddProvider(lines))
        );
        for (var i = 0; i < 30; i++)
        {
            using var without = await app.Client.GetAsync("/health/live");
            await without.ProblemAsync(HttpStatusCode.Unauthorized);
        }

        for (var i = 0; i < 20; i++)
        {
            using var wrong = await AskAsync(app, $"wrong-key-number-{i}");
            await wrong.ProblemAsync(HttpStatusCode.Unauthorized);
        }

        for (var i = 0; i < 20; i++)
        {
            using var refused = await AskAsync(app, Key);
            await refused.ProblemAsync(HttpStatusCode.TooManyRequests);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }

        Assert.Equal(
            20,
            lines
                .ReadLines()
                .Count(line =>
                    line.Contains("an invalid key, client", StringComparison.Ordinal)
                    && line.Contains("refused because", StringComparison.Ordinal)
                )
        );
        Assert.Single(lines.ReadLines(), line => line.Contains("all calls refused for up to a minute", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.ReadLines(), line => line.Contains("wrong-key-number", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deletions_replays_and_edits_leave_an_audit_line_without_content()
    {
        var lines = new FakeLoggerProvider();
        await using var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add(Key),
            services => services.AddLogging(logging => logging.AddProvider(lines))
        );
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        await app.CallAsync("PUT", "/v1/users/secret-user", "{}");
        await app.CallAsync(
            "PUT",
            "/v1/users/secret-user/devices/secret-phone",
            """{"platform":"android","token":"secret-token"}"""
        );
        await app.CallAsync("DELETE", "/v1/users/secret-user/devices/secret-phone", null, "default");
        await app.CallAsync("POST", "/v1/topics/secret-topic/subscribers/remove", """{"users":["secret-user"]}""");
        await app.CallAsync("DELETE", "/v1/users/secret-user");
        await app.AskAsync("DELETE", "/v1/users/secret-user");
        await app.CallAsync("PUT", "/v1/templates/secret", """{"variants":[{"body":"secret"}]}""", "acme");
        await app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true,"dryRun":true}""");
        await app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true}""");

        string[] audit =
        [
            .. lines
                .Collector.GetSnapshot()
                .Select(record => record.Message)
                .Where(message => message.StartsWith("Audit", StringComparison.Ordinal)),
        ];
        Assert.Equal(
            [
                "Audit: API keys configured: 1",
                "Audit: device deleted, tenant default, key configured-1, client 127.0.0.1",
                "Audit: subscribers deleted, tenant default, key configured-1, client 127.0.0.1",
                "Audit: user deleted, tenant default, key configured-1, client 127.0.0.1",
                "Audit: template saved, tenant acme, key configured-1, client 127.0.0.1",
                "Audit: dead letters replayed, tenant default, key configured-1, client 127.0.0.1",
            ],
            audit
        );
    }

    [Fact]
    public async Task A_client_that_guessed_keys_still_gets_health_callbacks_and_unsubscribing()
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add(Key));
        for (var i = 0; i < 25; i++)
            (await AskAsync(app, $"wrong-key-number-{i}")).Dispose();
        using var refused = await AskAsync(app, Key);
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests);

        foreach (var path in (string[])["/health/live", "/health/ready"])
        {
            using var right = await AskAsync(app, Key, path);
            using var wrong = await AskAsync(app, "another wrong key", path);
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
            await wrong.ProblemAsync(HttpStatusCode.Unauthorized);
        }

        using var callback = await app.Client.PostAsync("/v1/callbacks/none", null);
        using var link = await app.Client.GetAsync("/v1/unsubscribe/none");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (callback.StatusCode, link.StatusCode));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Keys_guessed_at_a_health_endpoint_count_and_are_logged(string path)
    {
        var lines = new FakeLoggerProvider();
        await using var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add(Key),
            services => services.AddLogging(logging => logging.AddProvider(lines))
        );
        for (var i = 0; i < 100; i++)
        {
            using var wrong = await AskAsync(app, $"wrong-key-number-{i}", path);
            await wrong.ProblemAsync(HttpStatusCode.Unauthorized);
        }

        using var right = await AskAsync(app, Key, path);
        using var elsewhere = await AskAsync(app, Key);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await elsewhere.ProblemAsync(HttpStatusCode.TooManyRequests);
        string[] messages = [.. lines.Collector.GetSnapshot().Select(record => record.Message)];
        Assert.Equal(20, messages.Count(message => message.StartsWith("Audit: GET refused because", StringComparison.Ordinal)));
        Assert.Equal(
            [20, 40, 80],
            messages
                .Where(message => message.StartsWith("Audit: all calls refused", StringComparison.Ordinal))
                .Select(message => int.Parse(message.Split(" after ")[1].Split(' ')[0], CultureInfo.InvariantCulture))
        );
    }

    private static Task<HttpResponseMessage> AskAsync(ApiApplication app, string key, string path = "/v1/users")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", key) } };
        return app.Client.SendAsync(request);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.Forbidden)]
    public async Task The_applications_own_authorization_replaces_the_key(bool allow, HttpStatusCode expected)
    {
        await using var app = await ApiApplication.StartAsync(
            services: services =>
            {
                services.AddAuthentication("none").AddCookie("none", options => options.Events.OnRedirectToLogin = Forbid);
                services.AddAuthorizationBuilder().AddPolicy("own", policy => policy.RequireAssertion(_ => allow));
            },
            group: group => group.RequireAuthorization("own")
        );
        app.Client.DefaultRequestHeaders.Host = "shop.example.org";
        using var response = await app.Client.GetAsync("/health/live");

        Assert.Equal(expected, response.StatusCode);

        static Task Forbid(RedirectContext<CookieAuthenticationOptions> context)
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task An_empty_key_and_an_invalid_limit_are_reported_at_once()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            ApiApplication.StartAsync(options => options.MaxBodyBytes = 1)
        );
        Assert.Contains(nameof(NotificationsApiOptions.MaxBodyBytes), exception.Message);
        exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            ApiApplication.StartAsync(options => options.ApiKeys.Add(" "))
        );
        Assert.Contains("API key", exception.Message);
    }

    private static WebApplication Build(IServer server, Action<NotificationsApiOptions>? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        builder.Services.AddAuthorization();
        builder.Services.Configure(options ?? (_ => { }));
        builder.Services.AddSingleton(server);
        return builder.Build();
    }

    /// <summary>An application with a key, shared by the calls that have none.</summary>
    public sealed class Closed : IAsyncLifetime
    {
        public ApiApplication App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await ApiApplication.StartAsync(options => options.ApiKeys.Add(Key));

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
