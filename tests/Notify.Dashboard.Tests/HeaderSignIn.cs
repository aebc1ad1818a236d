using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Dashboard.Tests;

/// <summary>The sign-in of an application: a header with the scopes of the person.</summary>
public sealed class HeaderSignIn(IOptionsMonitor<HeaderSignIn.Settings> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<HeaderSignIn.Settings>(options, logger, encoder)
{
    public const string Header = "X-Scopes";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header].ToString() is not { Length: > 0 } scopes)
            return Task.FromResult(AuthenticateResult.NoResult());

        var identity = new ClaimsIdentity(
            [new Claim("sub", "7"), new Claim(ClaimTypes.Name, "grace"), new Claim("notify:scope", scopes)],
            Scheme.Name
        );
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }

    public sealed class Settings : AuthenticationSchemeOptions;
}
