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
using Notify.Hosting;
using Notify.Hosting.Authentication;

namespace Notify.Dashboard.Access;

/// <summary>
/// Decides who uses the dashboard, by the rules of the API: a session that began with an API key, a sign-in of the application,
/// or, if no key is configured or required, a caller on the same machine.
/// </summary>
/// <remarks>
/// The encrypted cookie of a session contains the key. It is verified for each request, so a session ends as soon as its key is
/// revoked, replaced or expired, and the scopes are those that the key has now.
/// </remarks>
internal sealed class DashboardAccess(IServiceProvider application, ServiceProvider own)
{
    private const string KeyClaim = "key";

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
    public async ValueTask<Caller?> FindCallerAsync(HttpContext http)
    {
        if (await FindSessionAsync(http).ConfigureAwait(false) is { } caller)
            return caller;
        var isAuthorized = ApiKeyFilter.HasOwnAuthorization(http.GetEndpoint()!);
        var (user, refusal) = await ClaimsCaller.FindAsync(http, _options, isAuthorized).ConfigureAwait(false);
        if (user is not null || refusal is not null)
            return user;
        return IsOpenLocally && LoopbackAddress.IsLocal(http) ? Caller.Local : null;
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

    public async Task SignOutAsync(HttpContext http)
    {
        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        await handler.SignOutAsync(null).ConfigureAwait(false);
    }

    private async ValueTask<Caller?> FindSessionAsync(HttpContext http)
    {
        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        var session = await handler.AuthenticateAsync().ConfigureAwait(false);
        if (session.Principal?.FindFirst(KeyClaim) is not { } key)
            return null;

        var caller = await VerifyAsync(http, key.Value).ConfigureAwait(false);
        // The tokens of forms belong to the person who is signed in.
        if (caller is not null)
            http.User = session.Principal;
        return caller;
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
