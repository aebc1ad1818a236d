using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

/// <summary>
/// Tests the rules that apply to all endpoints. The endpoints come from routing, so new endpoints are tested automatically.
/// </summary>
public sealed partial class EveryEndpointTests : IClassFixture<EveryEndpointTests.Complete>
{
    private const string NoId = "7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11";

    /// <summary>A valid body for each endpoint, or null if it takes none.</summary>
    private static readonly Dictionary<string, string?> Writes = new(StringComparer.Ordinal)
    {
        ["POST /v1/notifications"] = """{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""",
        ["POST /v1/notifications/cancel"] = """{"cancellationKey":"k"}""",
        ["POST /v1/notifications/{id}/cancel"] = null,
        ["POST /v1/notifications/{id}/pause"] = null,
        ["POST /v1/notifications/{id}/resume"] = null,
        // Its body is NDJSON, which TriggerStreamTests test.
        ["POST /v1/notifications/stream"] = null,
        // Their bodies are NDJSON or CSV, which JobsOverHttpTests and ImportsOverHttpTests test.
        ["POST /v1/jobs/import-users"] = null,
        ["POST /v1/jobs/import-devices"] = null,
        ["POST /v1/jobs/export-users"] = null,
        ["POST /v1/jobs/export-devices"] = null,
        ["POST /v1/jobs/export-user"] = """{"userId":"ada"}""",
        ["POST /v1/jobs/erase-user"] = """{"userId":"ada"}""",
        ["POST /v1/jobs/stale-devices"] = """{"days":90,"dryRun":true}""",
        ["POST /v1/jobs/{id}/cancel"] = null,
        ["PUT /v1/users/{id}"] = "{}",
        ["PATCH /v1/users/{id}"] = "{}",
        ["DELETE /v1/users/{id}"] = null,
        ["PATCH /v1/users/{id}/preferences"] = """{"items":[]}""",
        ["POST /v1/users/{id}/inbox/mark"] = """{"mark":"read","all":true}""",
        ["POST /v1/users/{id}/inbox-tokens"] = null,
        ["POST /v1/inbox/mark"] = """{"mark":"read","all":true}""",
        ["PUT /v1/users/{userId}/devices/{id}"] = """{"platform":"android","token":"a-token"}""",
        ["DELETE /v1/users/{userId}/devices/{id}"] = null,
        ["POST /v1/providers/{name}/pause"] = null,
        ["POST /v1/providers/{name}/resume"] = null,
        ["POST /v1/topics/{topic}/subscribers"] = """{"users":["ada"]}""",
        ["POST /v1/topics/{topic}/subscribers/remove"] = """{"users":["ada"]}""",
        ["PUT /v1/templates/{name}"] = """{"variants":[{"body":"x"}]}""",
        ["DELETE /v1/templates/{name}"] = null,
        ["POST /v1/templates/preview"] = """{"variants":[{"body":"x"}]}""",
        ["POST /v1/templates/{name}/preview"] = "{}",
        ["PUT /v1/workflows/{name}"] = $$"""{"template":"{{NoId}}"}""",
        ["DELETE /v1/workflows/{name}"] = null,
        ["POST /v1/workflows/{name}/rollback"] = """{"version":1}""",
        ["POST /v1/workflows/{name}/promote"] = """{"tenant":"default"}""",
        ["POST /v1/receipts"] = """{"receipts":[]}""",
        ["POST /v1/dead-letters/replay"] = """{"all":true,"dryRun":true}""",
        ["PUT /v1/team"] = """{"users":["ada"]}""",
        ["POST /v1/clients"] = """{"name":"orders","scopes":["send"]}""",
        ["DELETE /v1/clients/{id}"] = null,
        // It takes a body, but only for a client that exists.
        ["POST /v1/clients/{id}/rotate"] = null,
        ["PUT /v1/tracking"] = """{"opens":true}""",
        ["PUT /v1/members/{id}"] = """{"role":"viewer"}""",
        ["DELETE /v1/members/{id}"] = null,
        ["POST /v1/api-keys"] = """{"name":"shop","scopes":["send"]}""",
        ["DELETE /v1/api-keys/{id}"] = null,
        // It takes a body, but only for a key that exists.
        ["POST /v1/api-keys/{id}/rotate"] = null,
        ["POST /v1/webhook-endpoints/secret"] = """{"url":"https://example.org/hook"}""",
        ["POST /v1/webhook-endpoints/secret/rotate"] = """{"url":"https://example.org/hook"}""",
        // These two take a body, but a tenant has few subscriptions. EventSubscriptionsOverHttpTests test them.
        ["POST /v1/event-subscriptions"] = null,
        ["PUT /v1/event-subscriptions/{id}"] = null,
        ["DELETE /v1/event-subscriptions/{id}"] = null,
        ["POST /v1/event-subscriptions/{id}/rotate"] = null,
        ["POST /v1/event-subscriptions/{id}/test"] = null,
    };

    /// <summary>
    /// Endpoints that vendors and mail programs call. They may add query parameters, and their bodies have their own format.
    /// </summary>
    private static readonly string[] Foreign =
    [
        "/v1/callbacks/{provider}",
        "/v1/preferences/{token}",
        "/v1/track/{token}",
        "/v1/unsubscribe/{token}",
    ];

    private readonly Complete _shared;
    private readonly Endpoint[] _endpoints;

    public EveryEndpointTests(Complete shared)
    {
        _shared = shared;
        _endpoints =
        [
            .. shared.App.Endpoints.SelectMany(endpoint =>
                (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => new Endpoint(
                    method,
                    endpoint.RoutePattern.RawText!
                ))
            ),
        ];
    }

    [Fact]
    public void The_list_is_complete()
    {
        string[] writes = [.. Ours(endpoint => !endpoint.IsRead).Select(endpoint => $"{endpoint}")];

        Assert.Equal(Writes.Keys.Order(StringComparer.Ordinal), writes.Order(StringComparer.Ordinal));
        Assert.True(Ours(endpoint => endpoint.IsRead).Length >= 20, "too few endpoints that read");
    }

    [Fact]
    public Task An_unknown_query_parameter_is_refused() => Assert.AllAsync(Ours(_ => true), async endpoint =>
        {
            using var response = await SendAsync(endpoint, "?dryRun=true");

            await RefusedAsync(response, endpoint, HttpStatusCode.BadRequest, "dryRun");
        });

    [Fact]
    public async Task A_trigger_with_an_unknown_query_parameter_is_not_sent()
    {
        var before = _shared.Enqueued;
        using var response = await SendAsync(new Endpoint("POST", "/v1/notifications"), "?dryRun=true");

        await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(before, _shared.Enqueued);
    }

    [Fact]
    public Task NUL_in_a_query_is_refused() => Assert.AllAsync(Ours(_ => true), async endpoint =>
        {
            using var unknown = await SendAsync(endpoint, "?x%00=1");

            await RefusedAsync(unknown, endpoint, HttpStatusCode.BadRequest, "x\0");
        });

    [Theory]
    [InlineData("/v1/topics/news/subscribers?after=%00", "after")]
    [InlineData("/v1/dead-letters?reason=a%00b", "reason")]
    [InlineData("/v1/dead-letters?provider=%00", "provider")]
    [InlineData("/v1/templates/t?version=1%00", "version")]
    [InlineData("/v1/analytics/deliveries?from=%00", "from")]
    [InlineData("/v1/notifications/7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11?after=%00", "after")]
    public async Task NUL_in_the_value_of_a_parameter_is_refused(string url, string field)
    {
        using var response = await _shared.App.Client.GetAsync(url);

        Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public Task An_empty_API_header_is_refused() => Assert.AllAsync(_endpoints, async endpoint =>
        {
            foreach (var name in (string[])["X-Notify-Tenant", "Idempotency-Key"])
            {
                using var response = await SendAsync(endpoint, headers: (name, ""));

                await RefusedAsync(response, endpoint, HttpStatusCode.BadRequest, name);
            }
        });

    [Theory]
    [InlineData("X-Notify-Tenant: a\r\nX-Notify-Tenant: b", "X-Notify-Tenant")]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: a", "Idempotency-Key")]
    [InlineData("Idempotency-Key:", "Idempotency-Key")]
    [InlineData("Idempotency-Key:  \t", "Idempotency-Key")]
    public async Task A_repeated_or_empty_API_header_is_refused(string headers, string field)
    {
        const string Json = """{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""";
        var before = _shared.Enqueued;
        await using var connection = await RawConnection.OpenAsync(_shared.App.Client.BaseAddress!);
        await connection.WriteAsync(
            $"POST /v1/notifications HTTP/1.1\r\nHost: {_shared.App.Client.BaseAddress!.Authority}\r\n{headers}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {Json.Length}\r\nConnection: close\r\n\r\n{Json}"
        );

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains($"\"{field}\"", answer, StringComparison.Ordinal);
        Assert.Equal(before, _shared.Enqueued);
    }

    [Fact]
    public Task No_answer_may_be_cached_framed_or_guessed() => Assert.AllAsync(_endpoints, async endpoint =>
        {
            using var response = await SendAsync(endpoint);

            if (endpoint.Pattern is not ("/openapi/v1.json" or "/v1/inbox/notify-inbox.js"))
                Assert.True(response.Headers.CacheControl?.NoStore, $"{endpoint}: {response.Headers.CacheControl}");
            Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
            Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        });

    [Theory]
    [InlineData("/openapi/v1.json", "no-cache")]
    [InlineData("/v1/errors/too_busy", "public, max-age=3600")]
    [InlineData("/v1/inbox/notify-inbox.js", "public, max-age=3600")]
    public async Task The_same_for_everyone_is_sent_again_only_if_it_changed(string path, string cacheControl)
    {
        using var first = await _shared.App.Client.GetAsync(path);
        Assert.Equal(cacheControl, first.Headers.CacheControl?.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var again = await _shared.App.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Equal(cacheControl, again.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Refused_calls_have_the_same_headers()
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add("a-key-of-the-tests"));

        using var refused = await app.SendAsync("GET", "/v1/users/ada");

        await refused.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.True(refused.Headers.CacheControl?.NoStore);
        Assert.Equal(["nosniff"], refused.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public Task HEAD_answers_like_GET_without_a_body() =>
        Assert.AllAsync(_endpoints.Where(endpoint => endpoint.Method == "GET"), async endpoint =>
        {
            using var get = await SendAsync(endpoint);
            using var head = await SendAsync(endpoint with { Method = "HEAD" });

            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(get.Content.Headers.ContentType?.MediaType, head.Content.Headers.ContentType?.MediaType);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        });

    private Endpoint[] Ours(Func<Endpoint, bool> which) =>
        [.. _endpoints.Where(endpoint => !Foreign.Contains(endpoint.Pattern) && which(endpoint))];

    private Endpoint[] JsonWrites() => Ours(endpoint => Writes.GetValueOrDefault($"{endpoint}") is not null);

    private static ByteArrayContent Body(Endpoint endpoint, string contentType, string prefix = "") =>
        new(Encoding.UTF8.GetBytes(prefix + Writes[$"{endpoint}"]))
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) },
        };

    private Task<HttpResponseMessage> SendAsync(
        Endpoint endpoint,
        string query = "",
        HttpContent? content = null,
        params ReadOnlySpan<(string Name, string Value)> headers
    )
    {
        var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.Path + query)
        {
            Content = content ?? (Writes.GetValueOrDefault($"{endpoint}") is null ? null : Body(endpoint, "application/json")),
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return _shared.App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task RefusedAsync(HttpResponseMessage response, Endpoint endpoint, HttpStatusCode status, string field)
    {
        Assert.True(status == response.StatusCode, $"{endpoint}: {response.StatusCode}");
        if (endpoint.Method != "HEAD")
            Assert.Equal([field], (await response.ProblemAsync(status)).Fields());
    }

    private sealed record Endpoint(string Method, string Pattern)
    {
        public bool IsRead => Method is "GET" or "HEAD";

        /// <summary>The pattern with all parameters replaced by an id that does not exist.</summary>
        public string Path => string.Join('/', Pattern.Split('/').Select(part => part.StartsWith('{') ? NoId : part));

        public override string ToString() => $"{Method} {Pattern}";
    }

    /// <summary>An application with every endpoint, shared by the tests.</summary>
    public sealed class Complete : IAsyncLifetime
    {
        private readonly CountingQueue _store = new();

        public ApiApplication App { get; private set; } = null!;

        /// <summary>Gets how many notifications were stored.</summary>
        public int Enqueued => _store.Enqueued;

        // The endpoints of webhook secrets exist only with a webhook provider.
        public async ValueTask InitializeAsync()
        {
            App = await ApiApplication.StartAsync(services: services =>
            {
                _store.Watch(services);
                services
                    .AddNotifications()
                    .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
                    .AddInbox(options => options.TokenKeys.Add(new string('k', 32)))
                    .AddTracking(options =>
                        (options.Url, options.Key) = (new Uri("https://example.org/v1/track"), new string('k', 32))
                    );
            });
            // Only the endpoints of the user's own inbox read the token, because the application has no keys.
            var token = App.Services.GetRequiredService<IInboxTokens>().Create(Trigger.DefaultTenant, "ada").Value;
            App.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
