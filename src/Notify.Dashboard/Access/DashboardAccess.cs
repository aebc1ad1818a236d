using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Keys;
using Notify.Core.Members;
using Notify.Dashboard.Rendering;
using Notify.Hosting;
using Notify.Hosting.Authentication;
using Notify.Hosting.Members;

namespace Notify.Dashboard.Access;

/// <summary>
/// Decides who uses the dashboard, by the rules of the API: a session that began with an API key or at the identity provider, a
/// sign-in of the application, or, if no key is configured or required, a caller on the same machine.
/// </summary>
/// <remarks>
/// The encrypted cookie of a session contains the key, or the claims of the person. The rights are found for each request, so a
/// session ends as soon as its key is revoked, replaced or expired, or the person is no longer a member.
/// </remarks>
internal sealed class DashboardAccess(IServiceProvider application, ServiceProvider own)
{
    private const string KeyClaim = "key";

    // Proxies refuse requests with large cookies, and the session does not need the token.
    private const int MaxIdToken = 2_000;

    private static readonly AuthenticationScheme Scheme = new(
        DashboardServices.Scheme,
        null,
        typeof(CookieAuthenticationHandler)
    );

    private readonly NotificationsApiOptions _options = application.GetRequiredService<IOptions<NotificationsApiOptions>>().Value;
    private readonly ConfiguredKeys _configured = new(
        application.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.ApiKeys
    );
    private readonly FailedCalls _failures = new(application.GetRequiredService<TimeProvider>());

    /// <summary>Gets whether callers on the same machine need no key.</summary>
    public bool IsOpenLocally => _configured.None && !_options.RequireKey;

    /// <summary>Returns whether a request arrived at the port that serves only the health endpoints and the metrics.</summary>
    public bool IsManagementPort(HttpContext http) => http.Connection.LocalPort == _options.ManagementPort;

    public IAntiforgery Forms { get; } = own.GetRequiredService<IAntiforgery>();

    public IDataProtector Notices { get; } = own.GetRequiredService<IDataProtectionProvider>().CreateProtector("notice");

    /// <summary>Finds who makes a request; null if they must sign in.</summary>
    public async ValueTask<Visitor?> FindVisitorAsync(HttpContext http)
    {
        var session = await FindSessionAsync(http).ConfigureAwait(false);
        if (session?.FindFirst(KeyClaim) is { } key)
        {
            if (await VerifyAsync(http, key.Value).ConfigureAwait(false) is not { } caller)
                return null;
            http.User = session;
            return Visitor.From(caller);
        }

        if (session is not null)
            return await FindPersonAsync(http, session).ConfigureAwait(false);

        var isAuthorized = ApiKeyFilter.HasOwnAuthorization(http.GetEndpoint()!);
        var (user, isRefused) = await FindUserAsync(http, isAuthorized).ConfigureAwait(false);
        if (user is not null || isRefused)
            return user;
        return IsOpenLocally && LoopbackAddress.IsLocal(http) ? Visitor.From(Caller.Local) : null;
    }

    /// <summary>Returns how long a client must wait after too many failures to sign in.</summary>
    public TimeSpan? GetWait(HttpContext http) => _failures.Wait(http);

    /// <summary>Begins a session with an API key. Returns null if the key is not valid.</summary>
    public async ValueTask<Caller?> SignInAsync(HttpContext http, string key)
    {
        if (await VerifyAsync(http, key).ConfigureAwait(false) is not { } caller)
        {
            _failures.Add(http);
            return null;
        }

        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, caller.Id), new Claim(ClaimTypes.Name, caller.Name), new Claim(KeyClaim, key)],
            DashboardServices.Scheme
        );
        await handler.SignInAsync(new ClaimsPrincipal(identity), null).ConfigureAwait(false);
        return caller;
    }

    /// <summary>
    /// Begins a session of a person whom the identity provider identified. Returns null if they have no rights.
    /// </summary>
    public async ValueTask<Visitor?> SignInAsync(HttpContext http, ClaimsPrincipal person, string? idToken)
    {
        var session = new ClaimsPrincipal(new ClaimsIdentity(person.Claims, DashboardServices.Scheme, "name", null));
        if (await FindPersonAsync(http, session).ConfigureAwait(false) is not { } visitor)
            return null;

        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        // The identity provider must be asked again at the end, because it may not know the person any more.
        var properties = new AuthenticationProperties { AllowRefresh = false };
        if (idToken?.Length <= MaxIdToken)
            properties.StoreTokens([new AuthenticationToken { Name = PersonSignIn.IdToken, Value = idToken }]);
        await handler.SignInAsync(session, properties).ConfigureAwait(false);
        return visitor;
    }

    /// <summary>
    /// Ends the session. Returns whether it was that of a person whom the identity provider identified, and its ID token.
    /// </summary>
    public async Task<(bool IsPerson, string? IdToken)> SignOutAsync(HttpContext http)
    {
        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        var session = await handler.AuthenticateAsync().ConfigureAwait(false);
        await handler.SignOutAsync(null).ConfigureAwait(false);
        // The form of the following page is for a person who has not signed in.
        http.User = new ClaimsPrincipal(new ClaimsIdentity());
        var isPerson = session.Principal is { } person && person.FindFirst(KeyClaim) is null;
        return (isPerson, session.Properties?.GetTokenValue(PersonSignIn.IdToken));
    }

    private async ValueTask<ClaimsPrincipal?> FindSessionAsync(HttpContext http)
    {
        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        return (await handler.AuthenticateAsync().ConfigureAwait(false)).Principal;
    }

    private async ValueTask<Visitor?> FindPersonAsync(HttpContext http, ClaimsPrincipal person)
    {
        var before = http.User;
        // The tokens of forms belong to the person who is signed in.
        http.User = person;
        if (await FindUserAsync(http, isAuthorized: false).ConfigureAwait(false) is ({ } visitor, _))
            return visitor;
        http.User = before;
        return null;
    }

    /// <summary>Finds the rights of an authenticated person, in the tenant that the query string selects.</summary>
    private async ValueTask<(Visitor? Visitor, bool IsRefused)> FindUserAsync(HttpContext http, bool isAuthorized)
    {
        var isMember = _options.UseMembers && http.User.Identity is { IsAuthenticated: true };
        if (!isMember || ClaimsCaller.HasRights(http.User, _options))
        {
            var (user, refusal) = await ClaimsCaller.FindAsync(http, _options, isAuthorized).ConfigureAwait(false);
            return (user is null ? null : Visitor.From(user), refusal is not null);
        }

        var roles = await MemberCaller.FindRolesAsync(http, _options, tenant: null).ConfigureAwait(false);
        if (roles.Count == 0)
            return (null, true);
        var home = roles.Keys.First();
        var selected = http.Request.Query[PageContext.TenantField].ToString();
        var tenant = roles.ContainsKey(selected) ? selected : home;
        var caller = ClaimsCaller.Create(http.User, tenant, MemberRules.GetScopes(roles[tenant]));
        return (new Visitor(caller, home, [.. roles.Keys]), false);
    }

    private async ValueTask<Caller?> VerifyAsync(HttpContext http, string key)
    {
        if (_configured.Find(key) is { } number)
            return Caller.FromConfigured(number);

        var verified = await application
            .GetRequiredService<ApiKeyVerifier>()
            .VerifyAsync(key, _options.KeyCacheDuration, http.RequestAborted)
            .ConfigureAwait(false);
        return verified.Key is { } found ? Caller.From(found) : null;
    }

    private async Task<CookieAuthenticationHandler> CreateHandlerAsync(HttpContext http)
    {
        if (http.Items[typeof(DashboardAccess)] is CookieAuthenticationHandler known)
            return known;

        var handler = new CookieAuthenticationHandler(
            own.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>(),
            own.GetRequiredService<ILoggerFactory>(),
            UrlEncoder.Default
        );
        await handler.InitializeAsync(Scheme, http).ConfigureAwait(false);
        http.Items[typeof(DashboardAccess)] = handler;
        return handler;
    }
}
