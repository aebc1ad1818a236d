using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Core.Keys;
using Notify.Hosting.Authentication;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Clients;

/// <summary>
/// Creates the caller for the access token of a client. The tenant and the name are those of the client, which is read from time
/// to time, so that a revocation takes effect before the token expires.
/// </summary>
internal static class ClientCaller
{
    /// <summary>The claim with the ID of the client.</summary>
    public const string Client = "notify:client";

    /// <summary>The claim that identifies the secret for which the token was issued.</summary>
    private const string Secret = "notify:secret";

    public static async ValueTask<(Caller? Caller, IResult? Refusal)> FindAsync(
        HttpContext context,
        string id,
        NotificationsApiOptions options
    )
    {
        var user = context.User;
        var client = Guid.TryParseExact(id, "D", out var clientId)
            ? await context
                .RequestServices.GetRequiredService<ClientCatalog>()
                .FindOwnerAsync(clientId, user.FindFirstValue(Secret) ?? "", options.KeyCacheDuration, context.RequestAborted)
                .ConfigureAwait(false)
            : null;
        if (client is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"Notify\", error=\"invalid_token\"";
            return (null, Problem.Unauthorized());
        }

        var caller = new Caller
        {
            Tenant = client.Tenant,
            Id = $"{client.Id}",
            Name = client.Name,
            // A scope that was taken from the client since does not count, and neither does one that the token does not have.
            Scopes = client.Scopes & ScopeNames.Parse(ClaimsCaller.ReadTexts(user, options.ScopeClaim)),
            ActorKind = AuditActorKind.Client,
        };
        return (caller, null);
    }
}
