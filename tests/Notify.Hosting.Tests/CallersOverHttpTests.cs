using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

/// <summary>What a caller may do follows from its scopes and its tenant.</summary>
public sealed class CallersOverHttpTests
{
    private const string Trigger = """{"to":{"email":"ada@example.org"},"content":{"body":"Hello"}}""";
    private const string Configured = "a-configured-key-of-the-operator";

    [Fact]
    public async Task A_missing_scope_is_named()
    {
        await using var app = await ApiApplication.StartAsync();
        await UseKeyAsync(app, ApiScope.Read, "acme");
        using var refused = await app.SendAsync("POST", "/v1/notifications", Trigger);
        var problem = await refused.ProblemAsync(HttpStatusCode.Forbidden);

        Assert.Equal(("scope_missing", "send"), (problem.Text("code"), problem.Text("scope")));
        Assert.Contains("The caller has read.", problem.Text("detail"), StringComparison.Ordinal);
        await app.CallAsync("GET", "/v1/notifications");
        Assert.Empty(app.Sandbox.Messages);
    }

    [Fact]
    public async Task A_key_acts_only_for_its_tenant()
    {
        await using var app = await ApiApplication.StartAsync();
        await app.CallAsync("PUT", "/v1/users/of-acme", "{}", "acme");
        await app.CallAsync("PUT", "/v1/users/of-default", "{}");
        await UseKeyAsync(app, ApiScope.Read, "acme");

        Assert.Contains("of-acme", (await app.AskAsync("GET", "/v1/users")).Body, StringComparison.Ordinal);
        Assert.Contains("of-acme", (await app.AskAsync("GET", "/v1/users", null, "acme")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/users/of-default")).Status);
        foreach (var other in (string[])["default", "ACME", "acme ", "unknown", new string('x', 300)])
        {
            using var response = await app.SendAsync("GET", "/v1/users", null, other);
            // A server removes white space around the value of a header.
            if (other.Trim() == "acme")
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            else
                Assert.Equal("tenant_not_allowed", (await response.ProblemAsync(HttpStatusCode.Forbidden)).Text("code"));
        }
    }

    [Fact]
    public async Task The_scope_platform_lets_a_key_name_another_tenant_but_permits_nothing_else()
    {
        await using var app = await ApiApplication.StartAsync();
        await app.CallAsync("PUT", "/v1/users/of-acme", "{}", "acme");
        await UseKeyAsync(app, ApiScope.Read | ApiScope.Platform, "default");

        Assert.Equal(HttpStatusCode.OK, (await app.AskAsync("GET", "/v1/users/of-acme", null, "acme")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/users/of-acme")).Status);
        using var refused = await app.SendAsync("DELETE", "/v1/users/of-acme", null, "acme");
        Assert.Equal("manage", (await refused.ProblemAsync(HttpStatusCode.Forbidden)).Text("scope"));
    }

    [Fact]
    public async Task A_configured_key_has_every_scope_for_every_tenant()
    {
        await using var app = await ApiApplication.StartAsync(options => options.ApiKeys.Add(Configured));
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", Configured);

        await app.CallAsync("POST", "/v1/api-keys", """{"name":"first","scopes":["platform","admin"]}""", "acme");
        Assert.Equal(HttpStatusCode.Accepted, (await app.AskAsync("POST", "/v1/notifications", Trigger, "acme")).Status);
    }

    [Fact]
    public async Task A_key_also_counts_where_none_is_required()
    {
        await using var app = await ApiApplication.StartAsync();
        await app.CallAsync("POST", "/v1/notifications", Trigger);
        await UseKeyAsync(app, ApiScope.Read, "acme");

        Assert.Equal(HttpStatusCode.Forbidden, (await app.AskAsync("POST", "/v1/notifications", Trigger)).Status);
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "nk_live_mistyped");
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.AskAsync("GET", "/v1/users")).Status);
    }

    [Fact]
    public async Task A_host_can_require_a_key_although_none_is_configured()
    {
        await using var app = await ApiApplication.StartAsync(options => options.RequireKey = true, url: "http://127.0.0.1:0");
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.AskAsync("GET", "/v1/users")).Status);

        await UseKeyAsync(app, ApiScope.Read, "acme");
        app.Client.DefaultRequestHeaders.Host = "notify.example.org";
        Assert.Equal(HttpStatusCode.OK, (await app.AskAsync("GET", "/v1/users")).Status);
    }

    [Fact]
    public async Task An_endpoint_of_the_application_needs_platform_unless_it_states_another_scope()
    {
        await using var app = await ApiApplication.StartAsync(group: group =>
        {
            group.MapGet("/own/closed", () => "everything");
            group.MapGet("/own/read", () => "something").RequireApiScope(ApiScope.Read);
            group.MapGet("/own/any", () => "nothing").RequireApiScope(ApiScope.None);
        });
        await UseKeyAsync(app, ApiScope.Read, "acme");
        Assert.Equal(HttpStatusCode.Forbidden, (await app.AskAsync("GET", "/own/closed")).Status);
        Assert.Equal((HttpStatusCode.OK, "something"), await app.AskAsync("GET", "/own/read"));
        await UseKeyAsync(app, ApiScope.Send, "acme");
        Assert.Equal(HttpStatusCode.Forbidden, (await app.AskAsync("GET", "/own/read")).Status);
        Assert.Equal((HttpStatusCode.OK, "nothing"), await app.AskAsync("GET", "/own/any"));
        await UseKeyAsync(app, ApiScope.Platform, "acme");
        Assert.Equal((HttpStatusCode.OK, "everything"), await app.AskAsync("GET", "/own/closed"));
    }

    [Theory]
    [InlineData("tenant=acme;scope=read", "GET", null, HttpStatusCode.OK)]
    [InlineData("tenant=acme;scope=send read", "POST", null, HttpStatusCode.Accepted)]
    [InlineData("tenant=acme;scope=send;scope=read", "POST", null, HttpStatusCode.Accepted)]
    [InlineData("tenant=acme;scope=read unknown openid", "POST", null, HttpStatusCode.Forbidden)]
    [InlineData("tenant=acme", "GET", null, HttpStatusCode.Forbidden)]
    [InlineData("tenant=acme;scope=read", "GET", "acme", HttpStatusCode.OK)]
    [InlineData("tenant=acme;scope=read", "GET", "other", HttpStatusCode.Forbidden)]
    [InlineData("tenant=acme;scope=read platform", "GET", "other", HttpStatusCode.OK)]
    [InlineData("scope=read", "GET", "acme", HttpStatusCode.Forbidden)]
    [InlineData("scope=read", "GET", "default", HttpStatusCode.OK)]
    public async Task Claims_of_the_application_make_the_caller(
        string claims,
        string method,
        string? tenant,
        HttpStatusCode expected
    )
    {
        await using var app = await StartWithClaimsAsync(_ => { });
        app.Client.DefaultRequestHeaders.Add("X-Claims", claims);

        var (status, _) = await app.AskAsync(method, "/v1/notifications", method == "POST" ? Trigger : null, tenant);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Callers_without_the_claim_have_the_scopes_that_the_application_grants_them()
    {
        await using var app = await StartWithClaimsAsync(options => options.ScopesWithoutClaim = ApiScope.Read);
        app.Client.DefaultRequestHeaders.Add("X-Claims", "tenant=acme");

        Assert.Equal(HttpStatusCode.OK, (await app.AskAsync("GET", "/v1/notifications")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.AskAsync("POST", "/v1/notifications", Trigger)).Status);
    }

    [Fact]
    public async Task A_person_that_the_application_knows_for_another_purpose_is_no_caller()
    {
        await using var app = await StartWithClaimsAsync(
            options =>
            {
                options.ApiKeys.Add(Configured);
                options.ScopesWithoutClaim = ApiScope.Read;
            },
            requireAuthorization: false
        );
        app.Client.DefaultRequestHeaders.Add("X-Claims", "tenant=acme");
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.AskAsync("GET", "/v1/notifications")).Status);

        app.Client.DefaultRequestHeaders.Remove("X-Claims");
        app.Client.DefaultRequestHeaders.Add("X-Claims", "scope=read");
        Assert.Equal(HttpStatusCode.OK, (await app.AskAsync("GET", "/v1/notifications")).Status);
    }

    private static async Task UseKeyAsync(ApiApplication app, ApiScope scopes, string tenant)
    {
        var keys = app.Services.GetRequiredService<IApiKeys>();
        var issued = await keys.CreateAsync(
            new ApiKeyDraft
            {
                Tenant = tenant,
                Name = "test",
                Scopes = scopes,
            }
        );
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issued.Secret);
    }

    private static Task<ApiApplication> StartWithClaimsAsync(
        Action<NotificationsApiOptions> options,
        bool requireAuthorization = true
    ) =>
        ApiApplication.StartAsync(
            options,
            services =>
            {
                services.AddAuthentication("claims").AddScheme<AuthenticationSchemeOptions, ClaimsInHeader>("claims", null);
                services.AddAuthorization();
            },
            group =>
            {
                if (requireAuthorization)
                    group.RequireAuthorization();
            }
        );
}
