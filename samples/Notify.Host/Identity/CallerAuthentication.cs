using System.Globalization;
using Microsoft.AspNetCore.Authentication;

namespace Notify.Host.Identity;

/// <summary>Authenticates callers with tokens, before the API checks what they may do.</summary>
internal static class CallerAuthentication
{
    private const int RetryAfterSeconds = 5;

    /// <summary>Adds the step to the pipeline, if tokens are accepted.</summary>
    public static void UseCallerTokens(this WebApplication app)
    {
        if (app.Services.GetService<IAuthenticationSchemeProvider>() is null)
            return;

        app.UseAuthentication();
        app.Use(RefuseUnverifiedAsync);
    }

    private static Task RefuseUnverifiedAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IssuerUnavailable>() is null)
            return next(context);

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
