using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Hosting.Tests;

/// <summary>
/// Authenticates the caller that a test describes in the header <c>X-Claims</c>, such as <c>sub=ada;tenant=acme;scope=read</c>.
/// </summary>
internal sealed class ClaimsInHeader(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers["X-Claims"] is not [{ } text, ..])
            return Task.FromResult(AuthenticateResult.NoResult());

        var claims = text.Split(';').Select(claim => claim.Split('=')).Select(pair => new Claim(GetType(pair[0]), pair[1]));
        var user = new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name, "name", null));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
    }

    private static string GetType(string name) => name is "tenant" or "scope" or "role" ? $"notify:{name}" : name;
}
