using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Notify.Host.Identity;

/// <summary>Authenticates callers with tokens, before the API checks what they may do.</summary>
internal static class CallerAuthentication
{
    private const int RetryAfterSeconds = 5;

    /// <summary>Returns whether the host accepts tokens. Every call then needs a key or a token.</summary>
    public static bool IsIn(IConfiguration settings) =>
        IdentityProviderOptions.AreIn(settings) || TokenServerOptions.AreIn(settings);

    /// <summary>Adds the step to the pipeline, if tokens are accepted.</summary>
    public static void UseCallerTokens(this WebApplication app)
    {
        var settings = app.Configuration.GetSection("Notify");
        if (!IsIn(settings))
            return;

        // Also serves the endpoints of the token server.
        app.UseAuthentication();
        var ownIssuer = TokenServerOptions.AreIn(settings)
            ? app.Services.GetRequiredService<IOptions<TokenServerOptions>>().Value.Issuer?.AbsoluteUri
            : null;
        var otherIssuers = IdentityProviderOptions.AreIn(settings) ? IdentityProvider.Scheme : null;
        app.Use(
            async (context, next) =>
            {
                // The issuer that a token claims only chooses who verifies it.
                var scheme =
                    PresentedToken.Read(context.Request) is not { } token ? null
                    : token.Issuer == ownIssuer ? ClientTokens.Scheme
                    : otherIssuers;
                if (scheme is not null && await context.AuthenticateAsync(scheme) is { Principal: { } caller })
                    context.User = caller;

                if (context.Features.Get<IssuerUnavailable>() is null)
                    await next(context);
                else
                    await RefuseUnverifiedAsync(context);
            }
        );
    }

    private static Task RefuseUnverifiedAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults
            .Problem(
                type: $"{context.Request.PathBase}/v1/errors/{ProblemCodes.IssuerUnavailable}",
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The identity provider is not available.",
                detail: "The token could not be verified. Repeat the call after the number of seconds in Retry-After.",
                extensions: [new("code", ProblemCodes.IssuerUnavailable)]
            )
            .ExecuteAsync(context);
    }
}
