using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Who makes a call, and for which tenant. The authentication filter sets it once per call.</summary>
internal sealed record Caller
{
    public const ApiScope AllScopes = ApiScope.Send | ApiScope.Read | ApiScope.Manage | ApiScope.Admin | ApiScope.Platform;

    /// <summary>Gets the tenant that the caller belongs to.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// Gets what identifies the caller in logs and limits: the ID of a key, <c>configured-1</c> for the first configured key, the
    /// subject of a token, or <c>local</c>.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Gets the name of the key or the person.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the scopes.</summary>
    public required ApiScope Scopes { get; init; }

    /// <summary>Gets the kind of the key.</summary>
    public ApiKeyKind Kind { get; init; }

    /// <summary>Gets what the caller is for the audit log.</summary>
    public AuditActorKind ActorKind { get; init; } = AuditActorKind.Key;

    /// <summary>Gets the caller of a host without keys, who calls from the same machine.</summary>
    public static Caller Local { get; } =
        new()
        {
            Tenant = Trigger.DefaultTenant,
            Id = "local",
            Name = "local",
            Scopes = AllScopes,
            ActorKind = AuditActorKind.Anonymous,
        };

    public bool Has(ApiScope scope) => (Scopes & scope) == scope;

    /// <summary>Gets the caller of a call; null for a call that needs no key.</summary>
    public static Caller? Find(HttpContext context) => context.Features.Get<Caller>();

    public static Caller From(ApiKey key) =>
        new()
        {
            Tenant = key.Tenant,
            Id = $"{key.Id}",
            Name = key.Name,
            Scopes = key.Scopes,
            Kind = key.Kind,
        };

    /// <summary>Creates the caller with a key of the configuration, which is for the operator of the host.</summary>
    public static Caller FromConfigured(int number) =>
        Local with
        {
            Id = $"configured-{number}",
            Name = $"configured key {number}",
            ActorKind = AuditActorKind.Key,
        };

    public AuditActor CreateActor() => ActorKind == AuditActorKind.Anonymous ? new(ActorKind) : new(ActorKind, Id, Name);

    /// <summary>Sets the caller of a call, and the tenant that it acts for.</summary>
    public void Set(HttpContext context, string actingTenant) => context.Features.Set(this with { Tenant = actingTenant });
}
