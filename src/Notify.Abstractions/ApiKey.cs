namespace Notify;

/// <summary>An API key without its secret, which only the answer that created it contains.</summary>
public sealed record ApiKey
{
    /// <summary>Gets the ID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the tenant that the key belongs to.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the name, which identifies the user of the key.</summary>
    public required string Name { get; init; }

    /// <summary>Gets where notifications go that are triggered with the key.</summary>
    public required ApiKeyKind Kind { get; init; }

    /// <summary>Gets the scopes.</summary>
    public required ApiScope Scopes { get; init; }

    /// <summary>Gets the first characters of the secret, by which a person recognizes the key.</summary>
    public required string Start { get; init; }

    /// <summary>Gets the time at which the key was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the time from which the key is refused; null if it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Gets the time of the last call with the key; null if it was never used. It is written at most once a minute, so a later
    /// call may have happened since.
    /// </summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Gets the time at which the secret was replaced; null if it is the first one.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>Gets the time until which the previous secret is accepted; null if it is not accepted.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }
}

/// <summary>Where notifications go that are triggered with an API key.</summary>
public enum ApiKeyKind
{
    /// <summary>To their recipients.</summary>
    Live = 0,

    /// <summary>Nowhere. Everything happens except that no provider is called.</summary>
    Test = 1,

    /// <summary>Only to recipients on the list of the tenant's team.</summary>
    Team = 2,
}

/// <summary>An API key to create.</summary>
public sealed record ApiKeyDraft
{
    /// <summary>Gets the tenant that the key belongs to. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the name, which identifies the user of the key. 1 to 256 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the scopes. At least one is required.</summary>
    public required ApiScope Scopes { get; init; }

    /// <summary>Gets the kind. Default: <see cref="ApiKeyKind.Live"/>.</summary>
    public ApiKeyKind Kind { get; init; }

    /// <summary>Gets the time from which the key is refused; null if it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>An API key with its secret, directly after it was created or rotated. The secret cannot be read again.</summary>
public sealed record IssuedApiKey
{
    /// <summary>Gets the key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>
    /// Gets the secret, which callers send: <c>nk_</c>, the kind, and 71 letters and digits, such as <c>nk_live_0CLq…</c>. The
    /// last six characters are a checksum.
    /// </summary>
    public required string Secret { get; init; }

    /// <summary>Returns the ID of the key; never the secret.</summary>
    public override string ToString() => $"{Key.Id}";
}
