using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Notify.Dashboard.Access;

/// <summary>
/// Sends people to the identity provider, and finds who came back. The handler of ASP.NET Core does the protocol (authorization
/// code, PKCE, state, nonce). It is not registered in the application, whose own sign-in must not change.
/// </summary>
internal sealed class PersonSignIn(ServiceProvider own, NotifyDashboardOpenIdConnectOptions options)
{
    /// <summary>The name of the scheme, and the beginning of the names of its cookies.</summary>
    public const string Scheme = $"{DashboardServices.Scheme}-person";

    public const string StartPath = "sign-in/person";

    public const string CallbackPath = "sign-in/callback";

    /// <summary>The name of the ID token among the tokens of a session.</summary>
    public const string IdToken = "id_token";

    private const string ReturnItem = "return";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Only signatures that others can verify but not create.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly AuthenticationScheme HandlerScheme = new(Scheme, null, typeof(OpenIdConnectHandler));

    private readonly ILogger _logger = own.GetRequiredService<ILoggerFactory>().CreateLogger<PersonSignIn>();

    /// <summary>Sets the options of the handler.</summary>
    public static void Configure(OpenIdConnectOptions person, NotifyDashboardOpenIdConnectOptions options)
    {
        person.Authority = options.Authority!.ToString().TrimEnd('/');
        person.RequireHttpsMetadata = options.Authority.Scheme == Uri.UriSchemeHttps;
        person.ClientId = options.ClientId;
        person.ClientSecret = options.ClientSecret;
        person.SignInScheme = DashboardServices.Scheme;
        person.BackchannelTimeout = Timeout;
        person.ResponseType = OpenIdConnectResponseType.Code;
        // The answer is a navigation, with which a browser sends cookies that are SameSite=Lax. A posted form would need others.
        person.ResponseMode = OpenIdConnectResponseMode.Query;
        person.UsePkce = true;
        person.MapInboundClaims = false;
        // For the end of the session: the ID token of the answer, which the application does not get.
        person.SaveTokens = true;
        person.GetClaimsFromUserInfoEndpoint = true;
        person.ClaimActions.MapAll();
        person.Scope.Clear();
        foreach (var scope in options.Scopes)
            person.Scope.Add(scope);
        person.TokenValidationParameters.ValidAlgorithms = Algorithms;
        person.TokenValidationParameters.NameClaimType = "name";
        foreach (var cookie in new[] { person.CorrelationCookie, person.NonceCookie })
        {
            // A proxy may change the path, which the browser knows and the application does not.
            cookie.Path = "/";
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        person.CorrelationCookie.Name = $"{Scheme}-state.";
        person.NonceCookie.Name = $"{Scheme}-nonce.";
        person.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = context =>
            {
                context.ProtocolMessage.RedirectUri = GetCallback(context.HttpContext, options.DashboardUrl);
                return Task.CompletedTask;
            },
            OnTicketReceived = context =>
            {
                context.HttpContext.Items[typeof(PersonSignIn)] = new Answer(
                    context.Principal,
                    context.Properties?.Items[ReturnItem] ?? "",
                    context.Properties?.GetTokenValue(IdToken),
                    null
                );
                context.HandleResponse();
                return Task.CompletedTask;
            },
            OnRemoteFailure = context =>
            {
                context.HttpContext.Items[typeof(PersonSignIn)] = new Answer(
                    null,
                    context.Properties?.Items.TryGetValue(ReturnItem, out var back) == true ? back ?? "" : "",
                    null,
                    context.Failure
                );
                context.HandleResponse();
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>Redirects to the identity provider. Returns false if it is not available.</summary>
    public async Task<bool> TryStartAsync(HttpContext http, string back)
    {
        var properties = new AuthenticationProperties { RedirectUri = "/", Items = { [ReturnItem] = back } };
        try
        {
            var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
            await handler.ChallengeAsync(properties).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException)
        {
            Log.SignInFailed(_logger, exception.GetType().Name);
            return false;
        }
    }

    /// <summary>
    /// Creates the URL at which a person ends the session at the identity provider too (OpenID Connect RP-Initiated Logout). Null
    /// if the identity provider does not have one.
    /// </summary>
    public async Task<string?> FindEndSessionUrlAsync(string? idToken, CancellationToken cancellationToken)
    {
        var person = own.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get(Scheme);
        try
        {
            var issuer = await person.ConfigurationManager!.GetConfigurationAsync(cancellationToken).ConfigureAwait(false);
            if (
                !Uri.TryCreate(issuer.EndSessionEndpoint, UriKind.Absolute, out var end)
                || !end.Scheme.StartsWith("http", StringComparison.Ordinal)
            )
                return null;
            // Without a redirect URI, because an identity provider refuses one that is not registered.
            return new OpenIdConnectMessage
            {
                IssuerAddress = issuer.EndSessionEndpoint,
                ClientId = options.ClientId,
                IdTokenHint = idToken,
            }.CreateLogoutRequestUrl();
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>Finds the person with whom the identity provider redirected back; null if it did not identify one.</summary>
    public async Task<PersonAnswer> FinishAsync(HttpContext http)
    {
        var handler = await CreateHandlerAsync(http).ConfigureAwait(false);
        await handler.HandleRequestAsync().ConfigureAwait(false);
        if (http.Items[typeof(PersonSignIn)] is not Answer answer)
            return new PersonAnswer(null, "", null);
        if (answer.Person is not { } person)
        {
            Log.SignInFailed(_logger, (answer.Failure?.InnerException ?? answer.Failure)?.GetType().Name ?? "unknown");
            return new PersonAnswer(null, answer.Return, null);
        }

        var known = options.CreatePerson is { } create ? create(person) : KeepIdentity(person);
        return new PersonAnswer(known, answer.Return, answer.IdToken);
    }

    private static ClaimsPrincipal? KeepIdentity(ClaimsPrincipal person)
    {
        if (person.FindFirst("sub") is not { } subject)
            return null;
        string[] kept = ["name", "email", "email_verified"];
        return new ClaimsPrincipal(new ClaimsIdentity([subject, .. kept.Select(person.FindFirst).OfType<Claim>()], Scheme));
    }

    private static string GetCallback(HttpContext http, Uri? dashboard)
    {
        if (dashboard is not null)
            return $"{dashboard.AbsoluteUri.TrimEnd('/')}/{CallbackPath}";
        var request = http.Request;
        var path = request.Path.ToUriComponent().TrimEnd('/');
        return $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}"
            + $"{path[..^StartPath.Length]}{CallbackPath}";
    }

    private async Task<Handler> CreateHandlerAsync(HttpContext http)
    {
        var handler = new Handler(own.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>());
        await handler.InitializeAsync(HandlerScheme, http).ConfigureAwait(false);
        return handler;
    }

    private sealed record Answer(ClaimsPrincipal? Person, string Return, string? IdToken, Exception? Failure);

    // It would log each forged answer with its text.
    private sealed class Handler(IOptionsMonitor<OpenIdConnectOptions> options)
        : OpenIdConnectHandler(options, NullLoggerFactory.Instance, HtmlEncoder.Default, UrlEncoder.Default)
    {
        // The routing has found the path, which depends on the prefix of the dashboard.
        public override Task<bool> ShouldHandleRequestAsync() => Task.FromResult(true);
    }
}

/// <summary>The answer of the identity provider.</summary>
/// <param name="Person">The person; null if it did not identify one.</param>
/// <param name="Return">The page to return to.</param>
/// <param name="IdToken">The ID token, which names the session when it ends.</param>
internal sealed record PersonAnswer(ClaimsPrincipal? Person, string Return, string? IdToken);
