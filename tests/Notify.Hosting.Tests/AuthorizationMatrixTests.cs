using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

/// <summary>
/// Every operation of the document, with every scope, for the caller's own tenant and for another one. The document says which
/// scope an operation needs, and a new operation is tested automatically.
/// </summary>
public sealed class AuthorizationMatrixTests(AuthorizationMatrixTests.Prepared prepared)
    : IClassFixture<AuthorizationMatrixTests.Prepared>
{
    /// <summary>The operations that every key may call, because they show nothing of any tenant.</summary>
    private static readonly string[] ForEveryKey = ["getLiveness", "getReadiness"];

    /// <summary>
    /// The operations that need no key, because a signature or a token authorizes them, or because they are static.
    /// </summary>
    private static readonly string[] Open =
    [
        "countOwnUnreadInboxItems",
        "followTrackedLink",
        "getOpenApiDocument",
        "listOwnInboxItems",
        "markOwnInboxItems",
        "receiveCallback",
        "savePreferencePage",
        "showInboxComponent",
        "showPreferencePage",
        "showProblemPage",
        "showUnsubscribePage",
        "streamOwnInbox",
        "unsubscribe",
    ];

    /// <summary>The open operations that need the token of a user. No key replaces it.</summary>
    private static readonly string[] ForUsers =
    [
        "countOwnUnreadInboxItems",
        "listOwnInboxItems",
        "markOwnInboxItems",
        "streamOwnInbox",
    ];

    private static readonly ApiScope[] Scopes =
    [
        ApiScope.Send,
        ApiScope.Read,
        ApiScope.Manage,
        ApiScope.Admin,
        ApiScope.Platform,
    ];

    public static TheoryData<ApiScope> EachScope => [.. Scopes];

    public static TheoryData<MemberRole> EachRole => [.. Enum.GetValues<MemberRole>()];

    [Fact]
    public void Every_operation_states_its_scope_or_is_known_to_need_none()
    {
        var operations = prepared.Document.Operations;
        Assert.Equal(Open, operations.Where(IsOpen).Select(operation => operation.Id).Order(StringComparer.Ordinal));
        Assert.Equal(
            ForEveryKey,
            operations
                .Where(operation => !IsOpen(operation) && GetScope(operation) is null)
                .Select(operation => operation.Id)
                .Order(StringComparer.Ordinal)
        );
        Assert.All(operations.Where(operation => operation.Method != "GET" && !Open.Contains(operation.Id)), operation =>
            Assert.NotEqual(IsPreview(operation) ? null : "read", GetScope(operation))
        );

        static bool IsPreview(OpenApiOperation operation) => operation.Path.EndsWith("preview", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachScope))]
    public Task A_key_with_one_scope_may_call_only_the_operations_of_that_scope(ApiScope scope) =>
        CheckAsync(Present(prepared.Keys[scope]), scope);

    [Theory]
    [MemberData(nameof(EachScope))]
    public Task A_key_without_one_scope_may_call_all_other_operations(ApiScope scope) =>
        CheckAsync(Present(prepared.KeysWithout[scope]), Scopes.Except([scope]).Aggregate((left, right) => left | right));

    [Theory]
    [MemberData(nameof(EachScope))]
    public Task A_token_with_one_scope_may_call_only_the_operations_of_that_scope(ApiScope scope) =>
        CheckAsync(PresentClaims($"sub=a;tenant={Prepared.Own};scope={Name(scope)}"), scope);

    [Theory]
    [MemberData(nameof(EachScope))]
    public Task A_token_of_a_client_permits_only_what_the_client_still_may(ApiScope scope) =>
        CheckAsync(PresentClaims($"{prepared.Clients[scope]};scope=send read manage admin platform"), scope);

    [Theory]
    [MemberData(nameof(EachRole))]
    public Task A_member_may_call_only_the_operations_of_the_role(MemberRole role) =>
        CheckAsync(PresentClaims($"sub={role}"), GetScopes(role), isMember: true);

    [Fact]
    public Task Without_a_key_only_open_operations_are_answered() =>
        Assert.AllAsync(prepared.Document.Operations, async operation =>
        {
            using var response = await SendAsync(operation, _ => { }, null);

            Assert.Equal(
                !IsOpen(operation) || ForUsers.Contains(operation.Id),
                response.StatusCode == HttpStatusCode.Unauthorized
            );
        });

    private async Task CheckAsync(Action<HttpRequestMessage> present, ApiScope scopes, bool isMember = false)
    {
        var checkedCalls = 0;
        foreach (var operation in prepared.Document.Operations)
        {
            foreach (var tenant in (string?[])[null, Prepared.Own, Prepared.Foreign])
            {
                var expected = Predict(operation, scopes, tenant, isMember);
                using var response = await SendAsync(operation, present, tenant);
                var code = response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized
                    ? (await response.JsonAsync()).Text("code")
                    : null;

                Assert.True(expected == code, $"{operation} for {tenant ?? "no tenant"}: {code}, {response.StatusCode}");
                checkedCalls++;
            }
        }

        Assert.True(checkedCalls > 120, $"{checkedCalls} calls");
    }

    private static string? Predict(OpenApiOperation operation, ApiScope scopes, string? tenant, bool isMember)
    {
        if (ForUsers.Contains(operation.Id))
            return "invalid_token";
        // The signature of a callback is checked instead of a key, and no vendor sent this one.
        if (IsOpen(operation))
            return null;
        // The role is known only for a tenant of the member.
        if (isMember && tenant == Prepared.Foreign)
            return "tenant_not_allowed";
        if (GetScope(operation) is { } needed && !scopes.HasFlag(Enum.Parse<ApiScope>(needed, ignoreCase: true)))
            return "scope_missing";
        return tenant == Prepared.Foreign && !scopes.HasFlag(ApiScope.Platform) ? "tenant_not_allowed" : null;
    }

    private static bool IsOpen(OpenApiOperation operation) => operation.Value.GetProperty("security").GetArrayLength() == 0;

    private static string? GetScope(OpenApiOperation operation) =>
        operation.Value.GetProperty("security")[0].GetProperty("key").EnumerateArray().ToArray() switch
        {
            [] => null,
            [var scope] => scope.GetString(),
            var several => throw new InvalidOperationException($"{operation} needs {several.Length} scopes."),
        };

    private static ApiScope GetScopes(MemberRole role) =>
        role switch
        {
            MemberRole.Viewer => ApiScope.Read,
            MemberRole.Sender => ApiScope.Read | ApiScope.Send,
            MemberRole.Manager => ApiScope.Read | ApiScope.Send | ApiScope.Manage,
            _ => ApiScope.Read | ApiScope.Send | ApiScope.Manage | ApiScope.Admin,
        };

    private static string Name(ApiScope scope) => $"{scope}".ToLowerInvariant();

    private static Action<HttpRequestMessage> Present(string key) =>
        request => request.Headers.Authorization = new("Bearer", key);

    private static Action<HttpRequestMessage> PresentClaims(string claims) => request => request.Headers.Add("X-Claims", claims);

    private async Task<HttpResponseMessage> SendAsync(
        OpenApiOperation operation,
        Action<HttpRequestMessage> present,
        string? tenant
    )
    {
        var path = operation.Path.Replace("{", "no-", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        present(request);
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        if (operation.Body is not null)
            request.Content = new StringContent(operation.BodyExample.GetRawText(), Encoding.UTF8, "application/json");
        return await prepared.App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>An application with a key for each scope, and one for all scopes except each.</summary>
    public sealed class Prepared : IAsyncLifetime
    {
        public const string Own = "acme";
        public const string Foreign = "other";

        public ApiApplication App { get; private set; } = null!;

        public Dictionary<ApiScope, string> Keys { get; } = [];

        public Dictionary<ApiScope, string> KeysWithout { get; } = [];

        /// <summary>The claims of a client with each scope.</summary>
        public Dictionary<ApiScope, string> Clients { get; } = [];

        internal OpenApiDocument Document { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = await ApiApplication.StartAsync(
                options =>
                {
                    options.RequireKey = true;
                    options.UseMembers = true;
                },
                services =>
                {
                    services.AddAuthentication("claims").AddScheme<AuthenticationSchemeOptions, ClaimsInHeader>("claims", null);
                    services
                        .AddNotifications()
                        .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
                        .AddInbox(options => options.TokenKeys.Add(new string('k', 32)))
                        .AddTracking(options =>
                            (options.Url, options.Key) = (new Uri("https://example.org/v1/track"), new string('k', 32))
                        );
                }
            );
            foreach (var role in Enum.GetValues<MemberRole>())
                await App
                    .Services.GetRequiredService<IMembers>()
                    .SaveAsync(
                        new Member
                        {
                            Tenant = Own,
                            Id = $"{role}",
                            Role = role,
                        }
                    );
            var all = Scopes.Aggregate((left, right) => left | right);
            foreach (var scope in Scopes)
            {
                Keys[scope] = await CreateAsync(scope);
                KeysWithout[scope] = await CreateAsync(all & ~scope);
                Clients[scope] = await CreateClientAsync(scope);
            }

            Document = await OpenApiDocument.ReadAsync(App);
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();

        private async Task<string> CreateClientAsync(ApiScope scopes)
        {
            var clients = App.Services.GetRequiredService<IClients>();
            var draft = new ApiClientDraft
            {
                Tenant = Own,
                Name = $"{scopes}",
                Scopes = scopes,
            };
            var issued = await clients.CreateAsync(draft);
            var verified = await clients.VerifyAsync($"{issued.Client.Id}", issued.Secret);
            return $"notify:client={issued.Client.Id};notify:secret={verified.SecretId}";
        }

        private async Task<string> CreateAsync(ApiScope scopes)
        {
            var keys = App.Services.GetRequiredService<IApiKeys>();
            var draft = new ApiKeyDraft
            {
                Tenant = Own,
                Name = $"{scopes}",
                Scopes = scopes,
            };
            return (await keys.CreateAsync(draft)).Secret;
        }
    }
}
