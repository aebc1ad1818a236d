using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Notify.FakeGateways.Identity;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>
/// Tests of access tokens for programs: a gateway, a process that issues tokens, and one that verifies them, as separate
/// processes.
/// </summary>
public sealed partial class ClientCredentialsTests(ClientCredentialsTests.Cluster cluster)
    : IClassFixture<ClientCredentialsTests.Cluster>
{
    private const string Operator = "a-configured-key-of-the-operator";
    private const string Trigger = """{"to":{"email":"grace@example.org"},"content":{"body":"Hello"}}""";
    private const string Team = """{"users":["ada"]}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_gets_a_token_that_acts_for_its_tenant_with_its_scopes(bool inHeader)
    {
        var (id, secret) = await CreateAsync("send read admin");
        using var answer = await RequestAsync(cluster.Gateway, id, secret, "send admin", inHeader);
        var issued = await answer.JsonAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("Bearer", issued.Text("token_type"));
        Assert.InRange(issued.GetProperty("expires_in").GetInt32(), 1, 600);
        var token = issued.Text("access_token")!;

        // Through the gateway, and directly at a process that has never talked to the issuer.
        foreach (var client in (HttpClient[])[cluster.Gateway, cluster.Verifier])
        {
            Assert.Equal(HttpStatusCode.Accepted, await AskAsync(client, token, "POST", "/v1/notifications", Trigger));
            Assert.Equal(HttpStatusCode.Accepted, await AskAsync(client, token, "POST", "/v1/notifications", Trigger, "acme"));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(client, token, "POST", "/v1/notifications", Trigger, "other"));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(client, token, "GET", "/v1/notifications"));
        }

        Assert.Equal(HttpStatusCode.NoContent, await AskAsync(cluster.Gateway, token, "PUT", "/v1/team", Team));
        var audit = await CallAsync("GET", "/v1/audit?action=saveTeam", null);
        Assert.Contains($"\"kind\":\"client\",\"id\":\"{id}\",\"name\":\"orders\"", audit, StringComparison.Ordinal);
        Assert.NotNull(JsonElement.Parse(await CallAsync("GET", $"/v1/clients/{id}", null)).Text("lastUsedAt"));
    }

    [Fact]
    public async Task The_token_endpoint_refuses_what_RFC_6749_says()
    {
        var (id, secret) = await CreateAsync("read");
        var (otherId, _) = await CreateAsync("read");
        var key = JsonElement.Parse(await CallAsync("POST", "/v1/api-keys", """{"name":"key","scopes":["read"]}"""));
        var keyId = key.GetProperty("key").Text("id")!;

        foreach (
            var (expected, status, form) in (IEnumerable<(string, HttpStatusCode, Dictionary<string, string>)>)
                [
                    ("invalid_client", HttpStatusCode.Unauthorized, Form(id, $"{secret[..^1]}_")),
                    ("invalid_client", HttpStatusCode.Unauthorized, Form(otherId, secret)),
                    ("invalid_client", HttpStatusCode.Unauthorized, Form($"{Guid.CreateVersion7()}", secret)),
                    ("invalid_client", HttpStatusCode.Unauthorized, Form(keyId, key.Text("secret")!)),
                    ("invalid_scope", HttpStatusCode.BadRequest, Form(id, secret, "read send")),
                    ("invalid_scope", HttpStatusCode.BadRequest, Form(id, secret, "everything")),
                    ("unsupported_grant_type", HttpStatusCode.BadRequest, Form(id, secret, grant: "password")),
                    ("invalid_request", HttpStatusCode.BadRequest, Form(id, secret, grant: "")),
                ]
        )
        {
            using var response = await cluster.Gateway.PostAsync("/connect/token", new FormUrlEncodedContent(form));
            var body = await response.Content.ReadAsStringAsync();
            Assert.True(status == response.StatusCode, $"{expected}: {response.StatusCode} {body}");
            Assert.Equal(expected, JsonElement.Parse(body).Text("error"));
            Assert.DoesNotContain(secret, body, StringComparison.Ordinal);
        }

        // The secret of a client is not a key.
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cluster.Verifier, secret, "GET", "/v1/users"));
    }

    [Fact]
    public async Task A_standard_library_finds_the_keys_and_verifies_a_token()
    {
        var (id, secret) = await CreateAsync("read");
        var token = await GetTokenAsync(id, secret);
        var configuration = await new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{cluster.Issuer}.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = false }
        ).GetConfigurationAsync(CancellationToken.None);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                IssuerSigningKeys = configuration.SigningKeys,
                ValidIssuer = configuration.Issuer,
                ValidAudience = "notify",
                ValidAlgorithms = ["ES256"],
                ValidTypes = ["at+jwt"],
            }
        );

        Assert.True(result.IsValid, $"{result.Exception}");
        Assert.Equal(cluster.Issuer, configuration.Issuer);
        Assert.Equal($"{cluster.Issuer}connect/token", configuration.TokenEndpoint);
        Assert.Equal((id, "read"), ($"{result.Claims["sub"]}", $"{result.Claims["scope"]}"));
        var keys = JsonElement.Parse(await cluster.Gateway.GetStringAsync(new Uri(configuration.JwksUri)));
        Assert.All(keys.GetProperty("keys").EnumerateArray(), key => Assert.Null(key.Text("d")));

        // The store has only encrypted keys.
        await using var services = new ServiceCollection()
            .AddNotifications()
            .UseSqlite($"Data Source={cluster.Database};Pooling=False")
            .Services.BuildServiceProvider();
        var stored = await services
            .GetRequiredService<IDocumentStore>()
            .ListAsync(new DocumentQuery { Collection = "signing-keys" }, CancellationToken.None);
        Assert.NotEmpty(stored);
        Assert.All(stored, document =>
        {
            var secretKey = JsonElement.Parse(Encoding.UTF8.GetString(document.Content.Span)).Text("private")!;
            Assert.StartsWith("protected:1:", secretKey, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Tokens_that_are_not_valid_are_refused_and_nothing_secret_is_logged()
    {
        var (id, secret) = await CreateAsync("read");
        var token = await GetTokenAsync(id, secret);
        var parts = token.Split('.');
        var keyId = new JsonWebToken(token).Kid;
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
        claims["scope"] = "admin";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] refused =
        [
            TestIssuer.Sign(claims, "ES256", keyId, key),
            TestIssuer.Sign(claims, "ES256", "unknown", key),
            TestIssuer.Sign(claims, "none", keyId, null),
            $"{parts[0]}.{Base64UrlEncoder.Encode(claims.ToJsonString())}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{parts[2][1..]}",
        ];

        Assert.Equal(HttpStatusCode.OK, await AskAsync(cluster.Verifier, token, "GET", "/v1/users"));
        foreach (var forged in refused)
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cluster.Verifier, forged, "GET", "/v1/users"));
        foreach (var part in refused.Append(token).SelectMany(forged => forged.Split('.')[1..]).Where(part => part.Length > 0))
            Assert.DoesNotContain(part, cluster.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, cluster.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revocation_and_a_new_secret_take_effect_within_seconds_although_tokens_are_valid_longer()
    {
        var (id, secret) = await CreateAsync("read");
        var first = await GetTokenAsync(id, secret);
        var changed = JsonElement.Parse(await CallAsync("POST", $"/v1/clients/{id}/rotate", "{}")).Text("secret")!;
        var second = await GetTokenAsync(id, changed);
        // Both secrets, and the tokens for both, are accepted during the overlap.
        await GetTokenAsync(id, secret);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(cluster.Verifier, first, "GET", "/v1/users"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(cluster.Verifier, second, "GET", "/v1/users"));

        var last = JsonElement
            .Parse(await CallAsync("POST", $"/v1/clients/{id}/rotate", """{"overlap":"PT0S"}"""))
            .Text("secret")!;
        using var old = await RequestAsync(cluster.Gateway, id, changed, null, inHeader: true);
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        await RefusedAsync(second);
        var third = await GetTokenAsync(id, last);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(cluster.Verifier, third, "GET", "/v1/users"));

        await CallAsync("DELETE", $"/v1/clients/{id}", null);
        using var revoked = await RequestAsync(cluster.Gateway, id, last, null, inHeader: true);
        Assert.Equal(HttpStatusCode.Unauthorized, revoked.StatusCode);
        await RefusedAsync(third);

        Task RefusedAsync(string token) =>
            Eventually.TrueAsync(
                async () => await AskAsync(cluster.Verifier, token, "GET", "/v1/users") == HttpStatusCode.Unauthorized,
                "the other process to refuse the token"
            );
    }

    [Fact]
    public async Task Keys_are_replaced_and_tokens_with_the_old_one_stay_valid()
    {
        using var folder = new TemporaryFolder();
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        var (host, client) = await StartAsync(
            folder,
            url,
            url,
            "--Notify:TokenServer:KeyLifetime=00:00:03",
            "--Notify:TokenServer:KeyLead=00:00:01"
        );
        await using var _ = host;
        var (id, secret) = await CreateAsync("read", client);
        var first = await GetTokenAsync(id, secret, client);

        var next = "";
        await Eventually.TrueAsync(
            async () => new JsonWebToken(next = await GetTokenAsync(id, secret, client)).Kid != new JsonWebToken(first).Kid,
            "a token with the next key"
        );
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, first, "GET", "/v1/users"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, next, "GET", "/v1/users"));
        var keys = JsonElement.Parse(await client.GetStringAsync("/.well-known/jwks")).GetProperty("keys");
        Assert.Superset(
            new HashSet<string?> { new JsonWebToken(first).Kid, new JsonWebToken(next).Kid },
            keys.EnumerateArray().Select(key => key.Text("kid")).ToHashSet()
        );
    }

    [Theory]
    [InlineData("TokenLifetime=00:05:00", "Notify:TokenServer:Issuer is required")]
    [InlineData("Issuer=http://notify.example.org", "Use an absolute URL with https")]
    [InlineData("Issuer=https://notify.example.org KeyLead=60.00:00:00", "KeyLead must be shorter than KeyLifetime")]
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
                .. settings.Split(' ').Select(setting => $"--Notify:TokenServer:{setting}"),
            ]
        );
        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        await Eventually.TrueAsync(() => host.Output.Contains(sentence, StringComparison.Ordinal), sentence);
    }
}
