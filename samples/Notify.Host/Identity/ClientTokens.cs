using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Notify.Host.Identity;

/// <summary>
/// Accepts the access tokens of the token server. Each process verifies them with the keys in the store, without a call to the
/// server.
/// </summary>
internal static class ClientTokens
{
    /// <summary>The name of the authentication scheme.</summary>
    public const string Scheme = TokenServerOptions.Section;

    /// <summary>The claim that identifies the secret for which a token was issued.</summary>
    public const string SecretClaim = "notify:secret";

    private const string ClientClaim = "notify:client";
    private const string ScopeClaim = "notify:scope";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    public static void AddClientTokens(this IServiceCollection services)
    {
        services.AddAuthentication().AddJwtBearer(Scheme, _ => { });
        services
            .AddOptions<JwtBearerOptions>(Scheme)
            .Configure<SigningKeyRing, IOptions<TokenServerOptions>>(
                (bearer, ring, options) => Configure(bearer, ring, options.Value)
            );
        // It logs every refused token with a stack trace. The API logs refused calls.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Authentication.JwtBearer", LogLevel.None));
    }

    private static void Configure(JwtBearerOptions bearer, SigningKeyRing ring, TokenServerOptions options)
    {
        bearer.MapInboundClaims = false;
        bearer.SaveToken = false;
        bearer.IncludeErrorDetails = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ClockSkew = ClockSkew,
            IssuerSigningKeyResolver = (_, _, keyId, _) => ring.Keys.Where(key => key.Id == keyId).Select(key => key.PublicKey),
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidAudience = TokenServerOptions.Audience,
            ValidIssuer = options.Issuer!.AbsoluteUri,
            ValidTypes = ["at+jwt"],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
        };
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = async context =>
            {
                context.Token = PresentedToken.Find(context.Request);
                if (PresentedToken.Read(context.Request)?.Kid is { Length: > 0 } keyId)
                    await ring.PrepareAsync(keyId, context.HttpContext.RequestAborted);
            },
            OnTokenValidated = context =>
            {
                context.Principal = Create(context.Principal!);
                return Task.CompletedTask;
            },
        };
    }

    // The API finds the tenant and the name of the client, and whether it was revoked.
    private static ClaimsPrincipal Create(ClaimsPrincipal token)
    {
        var identity = new ClaimsIdentity(Scheme);
        identity.AddClaim(new Claim(ClientClaim, token.FindFirstValue("sub") ?? ""));
        identity.AddClaim(new Claim(SecretClaim, token.FindFirstValue(SecretClaim) ?? ""));
        identity.AddClaims(token.FindAll("scope").Select(scope => new Claim(ScopeClaim, scope.Value)));
        return new ClaimsPrincipal(identity);
    }
}
