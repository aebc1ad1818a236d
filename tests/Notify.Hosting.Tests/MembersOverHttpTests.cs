using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of people, whom an application authenticates, and their roles in tenants.</summary>
public sealed class MembersOverHttpTests
{
    private const string Operator = "a-configured-key-of-the-operator";
    private const string Trigger = """{"to":{"email":"grace@example.org"},"content":{"body":"Hello"}}""";

    [Theory]
    [InlineData("viewer", "read")]
    [InlineData("sender", "read send")]
    [InlineData("manager", "read send manage")]
    [InlineData("admin", "read send manage admin")]
    public async Task A_role_permits_its_scopes_and_no_others(string role, string permitted)
    {
        await using var app = await StartAsync();
        await AddAsync(app, "acme", "ada", role);

        foreach (
            var (scope, method, path, body) in (IEnumerable<(string, string, string, string?)>)
                [
                    ("read", "GET", "/v1/users", null),
                    ("send", "POST", "/v1/notifications", Trigger),
                    ("manage", "PUT", "/v1/users/grace", "{}"),
                    ("admin", "GET", "/v1/members", null),
                    ("platform", "POST", "/v1/workflows/none/promote", """{"tenant":"other"}"""),
                ]
        )
        {
            var status = await AskAsync(app, "sub=ada", method, path, body);
            Assert.True(
                (status != HttpStatusCode.Forbidden) == permitted.Split(' ').Contains(scope),
                $"{role} and {scope}: {status}"
            );
        }

        // The tenant is the only one of the person.
        await CallAsync(app, "GET", "/v1/notifications", null, "acme");
    }

    [Fact]
    public async Task A_person_selects_a_tenant_but_only_one_of_their_own()
    {
        await using var app = await StartAsync();
        await AddAsync(app, "acme", "ada", "viewer");
        await AddAsync(app, "globex", "ada", "sender");
        await AddAsync(app, "other", "grace", "admin");

        using var ambiguous = await SendAsync(app, "sub=ada", "GET", "/v1/users");
        var problem = await ambiguous.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal("tenant_required", problem.Text("code"));
        Assert.Equal(["acme", "globex"], problem.GetProperty("tenants").EnumerateArray().Select(tenant => tenant.GetString()));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(app, "sub=ada", "GET", "/health/live"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(app, "sub=ada", "POST", "/v1/notifications", Trigger, "acme"));
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(app, "sub=ada", "POST", "/v1/notifications", Trigger, "globex"));
        foreach (var foreign in (string[])["other", "default", "unknown", "ACME"])
        {
            using var refused = await SendAsync(app, "sub=ada", "GET", "/v1/users", null, foreign);
            Assert.Equal("tenant_not_allowed", (await refused.ProblemAsync(HttpStatusCode.Forbidden)).Text("code"));
        }

        using var stranger = await SendAsync(app, "sub=eve", "GET", "/v1/users");
        Assert.Equal("not_a_member", (await stranger.ProblemAsync(HttpStatusCode.Forbidden)).Text("code"));
    }

    [Fact]
    public async Task An_email_address_makes_a_member_only_if_it_is_verified()
    {
        await using var app = await StartAsync();
        await AddAsync(app, "acme", "Ada@Example.org", "viewer");

        const string Email = "sub=1;email=ADA@example.org";
        Assert.Equal(HttpStatusCode.OK, await AskAsync(app, $"{Email};email_verified=true", "GET", "/v1/users"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(app, $"{Email};email_verified=false", "GET", "/v1/users"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(app, Email, "GET", "/v1/users"));

        // Someone who is a member twice has the higher role.
        await AddAsync(app, "acme", "1", "sender");
        var both = $"{Email};email_verified=true";
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(app, both, "POST", "/v1/notifications", Trigger));
    }

    [Fact]
    public async Task Another_process_refuses_a_removed_member_within_the_documented_time()
    {
        var time = new ManualTime();
        await using var first = await StartAsync(time: time);
        await using var second = await StartAsync(first.Services.GetRequiredService<IDocumentStore>(), time);
        await AddAsync(first, "acme", "ada", "sender");
        await AddAsync(first, "globex", "ada", "viewer");
        Assert.Equal(HttpStatusCode.Accepted, await TriggerAsync(second, "acme"));

        var members = first.Services.GetRequiredService<IMembers>();
        await members.SaveAsync(CreateMember("acme", "ada", MemberRole.Viewer));
        await members.RemoveAsync("globex", "ada");
        Assert.Equal(HttpStatusCode.Forbidden, await TriggerAsync(first, "acme"));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.Forbidden, await TriggerAsync(second, "acme"));
        using var refused = await SendAsync(second, "sub=ada", "GET", "/v1/users", null, "globex");
        Assert.Equal("tenant_not_allowed", (await refused.ProblemAsync(HttpStatusCode.Forbidden)).Text("code"));
        // Only one tenant is left, so none has to be selected.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, "sub=ada", "GET", "/v1/users"));

        static Task<HttpStatusCode> TriggerAsync(ApiApplication app, string tenant) =>
            AskAsync(app, "sub=ada", "POST", "/v1/notifications", Trigger, tenant);
    }

    [Fact]
    public async Task Members_are_changed_under_conditions_and_listed_in_order()
    {
        await using var app = await StartAsync();
        using var created = await SendAsync(app, null, "PUT", "/v1/members/grace", """{"role":"admin","name":"Grace"}""", "acme");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var tag = created.Headers.ETag!;
        await CallAsync(app, "PUT", "/v1/members/ada", """{"role":"viewer"}""", "acme");

        using var found = await SendAsync(app, null, "GET", "/v1/members/grace", null, "acme");
        Assert.Equal(tag, found.Headers.ETag);
        var grace = await found.JsonAsync();
        Assert.Equal(("admin", "Grace"), (grace.Text("role"), grace.Text("name")));
        var page = await CallAsync(app, "GET", "/v1/members?limit=1", null, "acme");
        Assert.Equal("ada", Assert.Single(page.GetProperty("items").EnumerateArray()).Text("id"));
        var next = await CallAsync(app, "GET", page.Text("next")!, null, "acme");
        Assert.Equal("grace", Assert.Single(next.GetProperty("items").EnumerateArray()).Text("id"));
        Assert.Null(next.Text("next"));
        Assert.Empty((await CallAsync(app, "GET", "/v1/members", null, "other")).GetProperty("items").EnumerateArray());

        await CallAsync(app, "PUT", "/v1/members/grace", """{"role":"admin","name":"Grace Hopper"}""", "acme");
        foreach (var method in (string[])["PUT", "DELETE"])
        {
            using var request = Create(
                null,
                method,
                "/v1/members/grace",
                method == "PUT" ? """{"role":"admin"}""" : null,
                "acme"
            );
            request.Headers.IfMatch.Add(tag);
            using var stale = await app.Client.SendAsync(request);
            await stale.ProblemAsync(HttpStatusCode.PreconditionFailed);
        }

        Assert.Equal(HttpStatusCode.NoContent, await AskAsync(app, null, "DELETE", "/v1/members/ada", null, "acme"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(app, null, "DELETE", "/v1/members/ada", null, "acme"));
        using var wrong = await SendAsync(app, null, "PUT", "/v1/members/ada", """{"role":"owner","rights":1}""", "acme");
        Assert.Equal(["rights", "role"], (await wrong.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task The_last_admin_keeps_the_role_even_if_admins_remove_each_other_at_the_same_time()
    {
        await using var app = await StartAsync();
        await AddAsync(app, "acme", "ada", "admin");
        using var demoted = await SendAsync(app, "sub=ada", "PUT", "/v1/members/ada", """{"role":"manager"}""");
        Assert.Equal(["role"], (await demoted.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        using var removed = await SendAsync(app, "sub=ada", "DELETE", "/v1/members/ada");
        Assert.Equal(["id"], (await removed.ProblemAsync(HttpStatusCode.BadRequest)).Fields());

        var members = app.Services.GetRequiredService<IMembers>();
        for (var round = 0; round < 20; round++)
        {
            foreach (var id in (string[])["ada", "grace"])
                await members.SaveAsync(CreateMember("acme", id, MemberRole.Admin));
            await Task.WhenAll(
                Task.Run(() => TryAsync(() => members.RemoveAsync("acme", "ada"))),
                Task.Run(() => TryAsync(() => members.SaveAsync(CreateMember("acme", "grace", MemberRole.Viewer))))
            );
            var left = (await members.ListAsync("acme")).Items;
            Assert.Single(left, member => member.Role == MemberRole.Admin);
        }

        static async Task TryAsync(Func<Task> change)
        {
            try
            {
                await change();
            }
            catch (InvalidRequestException) { }
        }
    }

    [Fact]
    public async Task Changes_are_audited_with_the_person_and_the_role_but_without_a_name()
    {
        await using var app = await StartAsync();
        await AddAsync(app, "acme", "ada", "admin");
        await AskAsync(
            app,
            "sub=ada;name=Ada Lovelace",
            "PUT",
            "/v1/members/grace",
            """{"role":"sender","name":"Grace Hopper"}"""
        );

        var records = (await CallAsync(app, "GET", "/v1/audit", null, "acme")).GetProperty("items").EnumerateArray();
        var record = records.First(record => record.GetProperty("actor").Text("kind") == "user");
        Assert.Equal(("ada", "Ada Lovelace"), (record.GetProperty("actor").Text("id"), record.GetProperty("actor").Text("name")));
        Assert.Equal("saveMember", record.Text("action"));
        var change = Assert.Single(record.GetProperty("changes").EnumerateArray());
        Assert.Equal(("role", "sender"), (change.Text("field"), change.Text("after")));
        Assert.DoesNotContain("Hopper", record.GetRawText(), StringComparison.Ordinal);
    }

    private static Task<ApiApplication> StartAsync(IDocumentStore? shared = null, TimeProvider? time = null) =>
        ApiApplication.StartAsync(
            options =>
            {
                options.ApiKeys.Add(Operator);
                options.UseMembers = true;
            },
            services =>
            {
                services.AddAuthentication("claims").AddScheme<AuthenticationSchemeOptions, ClaimsInHeader>("claims", null);
                if (time is not null)
                    services.AddSingleton(time);
                if (shared is not null)
                    services.AddNotifications().Decorate<IDocumentStore>((_, _) => shared);
            }
        );

    private static async Task AddAsync(ApiApplication app, string tenant, string id, string role) =>
        await CallAsync(app, "PUT", $"/v1/members/{id}", $$"""{"role":"{{role}}"}""", tenant);

    private static Member CreateMember(string tenant, string id, MemberRole role) =>
        new()
        {
            Tenant = tenant,
            Id = id,
            Role = role,
        };

    private static async Task<JsonElement> CallAsync(ApiApplication app, string method, string path, string? json, string tenant)
    {
        using var response = await SendAsync(app, null, method, path, json, tenant);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {await response.Content.ReadAsStringAsync()}");
        return await response.JsonAsync();
    }

    private static async Task<HttpStatusCode> AskAsync(
        ApiApplication app,
        string? claims,
        string method,
        string path,
        string? json = null,
        string? tenant = null
    )
    {
        using var response = await SendAsync(app, claims, method, path, json, tenant);
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        ApiApplication app,
        string? claims,
        string method,
        string path,
        string? json = null,
        string? tenant = null
    ) => await app.Client.SendAsync(Create(claims, method, path, json, tenant));

    /// <summary>Creates a call of a person with claims, or of the operator.</summary>
    private static HttpRequestMessage Create(string? claims, string method, string path, string? json, string? tenant)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (claims is null)
            request.Headers.Authorization = new("Bearer", Operator);
        else
            request.Headers.Add("X-Claims", claims);
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return request;
    }
}
