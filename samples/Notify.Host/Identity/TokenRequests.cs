using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Notify.Host.Identity;

/// <summary>Verifies the ID and the secret of a client that asks for a token, and the scopes that it asks for.</summary>
internal sealed class VerifyClient(IClients clients) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    /// <summary>The name under which the transaction keeps the client.</summary>
    public const string Verified = "notify:verified";

    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var verification = await clients.VerifyAsync(
            context.ClientId ?? "",
            context.ClientSecret ?? "",
            context.CancellationToken
        );
        if (verification.IsBusy)
            context.Reject(Errors.TemporarilyUnavailable, "Too many unknown clients ask for tokens. Try again in a second.");
        else if (verification.Client is not { } client)
            context.Reject(Errors.InvalidClient, "The client does not exist, or its secret is wrong.");
        else if (!client.Scopes.HasFlag(ScopeNames.Parse(context.Request.GetScopes())))
            context.Reject(Errors.InvalidScope, $"The client has only {string.Join(' ', ScopeNames.Get(client.Scopes))}.");
        else
            context.Transaction.SetProperty(Verified, verification);
    }
}

/// <summary>Creates the claims of a token.</summary>
internal sealed class IssueToken : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        var verification = context.Transaction.GetProperty<ApiClientVerification>(VerifyClient.Verified)!;
        var client = verification.Client!;
        var asked = ScopeNames.Parse(context.Request.GetScopes());
        var identity = new ClaimsIdentity(TokenServerOptions.Section, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, $"{client.Id}");
        identity.SetClaim(ClientTokens.SecretClaim, verification.SecretId);
        identity.SetAudiences(TokenServerOptions.Audience);
        identity.SetScopes(ScopeNames.Get(asked == ApiScope.None ? client.Scopes : asked));
        identity.SetDestinations(static _ => [Destinations.AccessToken]);
        context.SignIn(new ClaimsPrincipal(identity));
        return default;
    }
}

/// <summary>Signs a token with the current key. The options of the server have only the public keys.</summary>
internal sealed class SignWithCurrentKey(SigningKeyRing ring) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        context.SigningCredentials = ring.GetSigner();
        return default;
    }
}
