using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Notify.FakeGateways.Identity;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the reference host with tokens of an identity provider.</summary>
public sealed class SignInTests(SignInTests.SignedIn shared) : IClassFixture<SignInTests.SignedIn>
{
    private const string Operator = "a-configured-key-of-the-operator";
    private const string Trigger = """{"to":{"email":"grace@example.org"},"content":{"body":"Hello"}}""";

    [Fact]
    public async Task A_token_makes_a_member_the_caller_with_a_name_in_the_audit_log()
    {
        await CallAsync("PUT", "/v1/members/ada@example.org", """{"role":"manager"}""", "acme");
        var token = shared.Issuer.Sign(
            shared.Issuer.CreateClaims(
                "a-1",
                ("email", "ada@example.org"),
                ("email_verified", true),
                ("name", "Ada Lovelace"),
                // The host is configured with other names for these.
                ("scope", "admin platform"),
                ("notify:scope", "admin platform"),
                ("notify:tenant", "other")
            )
        );

        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(token, "POST", "/v1/notifications", Trigger));
        const string Template = """{"variants":[{"body":"x"}]}""";
        Assert.Equal(HttpStatusCode.OK, await AskAsync(token, "PUT", "/v1/templates/hello", Template));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(token, "GET", "/v1/api-keys"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(token, "GET", "/v1/users", null, "other"));
        var audit = await CallAsync("GET", "/v1/audit?action=saveTemplate", null, "acme");
        Assert.Contains("\"kind\":\"user\",\"id\":\"a-1\",\"name\":\"Ada Lovelace\"", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configured_claims_carry_the_tenant_the_scopes_and_the_roles()
    {
        var issuer = shared.Issuer;
        var reader = issuer.Sign(issuer.CreateClaims("s-1", ("org", "acme"), ("scp", "openid notify.read send")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(reader, "GET", "/v1/users"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(reader, "POST", "/v1/notifications", Trigger));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(reader, "GET", "/v1/users", null, "other"));

        var roles = new JsonArray("notify.sender", "admin");
        var sender = issuer.Sign(issuer.CreateClaims("s-2", ("org", "acme"), ("roles", roles)));
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(sender, "POST", "/v1/notifications", Trigger));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(sender, "GET", "/v1/members"));

        // Scopes without the tenant that they are for do not apply to another one.
        var nowhere = issuer.Sign(issuer.CreateClaims("s-3", ("scp", "notify.read")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(nowhere, "GET", "/v1/users"));
        var @operator = issuer.Sign(issuer.CreateClaims("s-4", ("org", "acme"), ("scp", "notify.read notify.platform")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(@operator, "GET", "/v1/users", null, "other"));
    }

    [Fact]
    public async Task Tokens_that_are_not_valid_are_refused_and_never_logged()
    {
        var issuer = shared.Issuer;
        await CallAsync("PUT", "/v1/members/m-1", """{"role":"viewer"}""", "acme");
        var valid = issuer.Sign(issuer.CreateClaims("m-1"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(valid, "GET", "/v1/users"));

        var now = DateTimeOffset.UtcNow;
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parts = valid.Split('.');
        var otherClaims = issuer.Sign(issuer.CreateClaims("m-2")).Split('.')[1];
        var withoutExpiry = issuer.CreateClaims("m-1");
        withoutExpiry.Remove("exp");
        var withoutSubject = issuer.CreateClaims("m-1");
        withoutSubject.Remove("sub");
        var refused = new Dictionary<string, string>
        {
            ["another audience"] = issuer.Sign(issuer.CreateClaims("m-1", ("aud", "other"))),
            ["another issuer"] = issuer.Sign(issuer.CreateClaims("m-1", ("iss", "https://issuer.example.org"))),
            ["expired"] = issuer.Sign(issuer.CreateClaims("m-1", ("exp", now.AddMinutes(-2).ToUnixTimeSeconds()))),
            ["not valid yet"] = issuer.Sign(issuer.CreateClaims("m-1", ("nbf", now.AddMinutes(5).ToUnixTimeSeconds()))),
            ["unsigned"] = TestIssuer.Sign(issuer.CreateClaims("m-1"), "none", issuer.KeyId, null),
            ["signed with another key"] = TestIssuer.Sign(issuer.CreateClaims("m-1"), "ES256", issuer.KeyId, otherKey),
            ["signed with an unknown key"] = TestIssuer.Sign(issuer.CreateClaims("m-1"), "ES256", "unknown", otherKey),
            ["an HMAC with the public key"] = issuer.SignWithPublicKey(issuer.CreateClaims("m-1")),
            ["other claims under the signature"] = $"{parts[0]}.{otherClaims}.{parts[2]}",
            ["without an expiry"] = issuer.Sign(withoutExpiry),
            ["without a subject"] = issuer.Sign(withoutSubject),
            ["damaged"] = $"{parts[0]}.{parts[1]}.{parts[2][1..]}",
        };
        foreach (var (what, token) in refused)
            Assert.True(await AskAsync(token, "GET", "/v1/users") == HttpStatusCode.Unauthorized, what);

        // The host logs at the level Debug. The part with the claims is shared by no other text.
        await Eventually.TrueAsync(
            () => shared.Output.Contains("refused because of an invalid key", StringComparison.Ordinal),
            "the log"
        );
        foreach (
            var part in refused.Values.Append(valid).SelectMany(token => token.Split('.')[1..]).Where(part => part.Length > 0)
        )
            Assert.DoesNotContain(part, shared.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_signs_in_to_the_dashboard_with_the_rights_of_the_configured_claims()
    {
        shared.Issuer.Person = new JsonObject
        {
            ["sub"] = "d-1",
            ["name"] = "Grace Hopper",
            ["org"] = "acme",
            ["roles"] = new JsonArray("notify.viewer"),
        };
        using var browser = new HttpClient { BaseAddress = shared.Client.BaseAddress };
        Assert.Contains("Sign in with", await browser.GetStringAsync("/dashboard/"), StringComparison.Ordinal);

        var page = await browser.GetStringAsync("/dashboard/sign-in/person?return=users");

        Assert.True(page.Contains("<title>Users", StringComparison.Ordinal), page);
        Assert.Contains("Grace Hopper", page, StringComparison.Ordinal);
        Assert.DoesNotContain("API keys", page, StringComparison.Ordinal);
        // The session is for the pages only: a page of another site must not be able to call the API with it.
        using var call = await browser.GetAsync("/v1/users");
        Assert.Equal(HttpStatusCode.Unauthorized, call.StatusCode);
    }

    [Fact]
    public async Task A_token_with_a_new_key_is_accepted_and_those_with_the_old_one_remain_valid()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var folder = new TemporaryFolder();
        var (host, client) = await StartAsync(folder, issuer.Url);
        await using var _ = host;
        await CallAsync(client, "PUT", "/v1/members/ada", """{"role":"viewer"}""", "acme");
        var old = issuer.Sign(issuer.CreateClaims("ada"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, old));

        issuer.Rotate();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, issuer.Sign(issuer.CreateClaims("ada"))));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, old));
    }

    [Fact]
    public async Task An_unavailable_issuer_matters_only_until_its_keys_are_known()
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        using var folder = new TemporaryFolder();
        var (host, client) = await StartAsync(folder, url);
        await using var _ = host;
        await CallAsync(client, "PUT", "/v1/members/ada", """{"role":"viewer"}""", "acme");
        string token;
        await using (var issuer = await TestIssuer.StartAsync(url))
            token = issuer.Sign(issuer.CreateClaims("ada"));

        using var unverified = await SendAsync(client, token, "GET", "/v1/users");
        var problem = await unverified.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("issuer_unavailable", problem.Text("code"));
        Assert.Equal("5", unverified.Headers.GetValues("Retry-After").Single());
        // Keys do not need the issuer.
        await CallAsync(client, "GET", "/v1/users", null, "acme");

        await using (var issuer = await TestIssuer.StartAsync(url))
        {
            token = issuer.Sign(issuer.CreateClaims("ada"));
            await Eventually.TrueAsync(async () => await AskAsync(client, token) == HttpStatusCode.OK, "the keys of the issuer");
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, token));
        Assert.Contains("The keys of the identity provider could not be read", host.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authority=https://login.example.org", "Notify:OpenIdConnect:Audience is required")]
    [InlineData("Audience=notify", "Notify:OpenIdConnect:Authority is required")]
    [InlineData("Authority=http://login.example.org Audience=notify", "Use an absolute URL with https")]
    [InlineData(
        "Authority=https://login.example.org Audience=notify TenantClaim=org",
        "TenantClaim needs ScopeClaim or RoleClaim"
    )]
    public async Task Incomplete_settings_stop_the_start_with_the_required_change(string settings, string sentence)
    {
        using var folder = new TemporaryFolder();
        await using var host = SampleProcess.Start(
            "Notify.Host",
            folder.Path,
            [
                "--contentRoot",
                SampleProcess.Folder("Notify.Host"),
                "--Notify:Data",
                folder.Path,
                .. settings.Split(' ').Select(setting => $"--Notify:OpenIdConnect:{setting}"),
            ]
        );
        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        await Eventually.TrueAsync(() => host.Output.Contains(sentence, StringComparison.Ordinal), sentence);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        TemporaryFolder folder,
        string issuer,
        params string[] more
    ) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            new() { ["Notify__ApiKey"] = Operator },
            [
                "--urls",
                $"http://127.0.0.1:{FreePort.Next()}",
                "--Notify:OpenIdConnect:Authority",
                issuer,
                "--Notify:OpenIdConnect:Audience=notify",
                .. more,
            ]
        );

    private Task<string> CallAsync(string method, string path, string? json, string tenant) =>
        CallAsync(shared.Client, method, path, json, tenant);

    /// <summary>Makes a call of the operator that must succeed.</summary>
    private static async Task<string> CallAsync(HttpClient client, string method, string path, string? json, string tenant)
    {
        using var response = await SendAsync(client, Operator, method, path, json, tenant);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {response.StatusCode} {body}");
        return body;
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string token)
    {
        using var response = await SendAsync(client, token, "GET", "/v1/users");
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> AskAsync(
        string token,
        string method,
        string path,
        string? json = null,
        string? tenant = null
    )
    {
        using var response = await SendAsync(shared.Client, token, method, path, json, tenant);
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        string token,
        string method,
        string path,
        string? json = null,
        string? tenant = null
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Headers = { Authorization = new("Bearer", token) },
        };
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    /// <summary>A host with an identity provider, which logs everything.</summary>
    public sealed class SignedIn : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private ServerProcess? _host;

        public HttpClient Client { get; private set; } = null!;

        public string Output => _host!.Output;

        internal TestIssuer Issuer { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Issuer = await TestIssuer.StartAsync();
            (_host, Client) = await StartAsync(
                _folder,
                Issuer.Url,
                "--Notify:OpenIdConnect:TenantClaim=org",
                "--Notify:OpenIdConnect:ScopeClaim=scp",
                "--Notify:OpenIdConnect:RoleClaim=roles",
                "--Notify:OpenIdConnect:Prefix=notify.",
                "--Notify:OpenIdConnect:ClientId=dashboard",
                "--Logging:LogLevel:Default=Debug",
                "--Logging:LogLevel:Microsoft=Debug"
            );
        }

        public async ValueTask DisposeAsync()
        {
            Client?.Dispose();
            if (_host is not null)
                await _host.DisposeAsync();
            if (Issuer is not null)
                await Issuer.DisposeAsync();
            _folder.Dispose();
        }
    }
}
