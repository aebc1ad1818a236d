namespace Notify;

/// <summary>A client without its secret, which only the answer that created it contains.</summary>
public sealed record ApiClient
{
    /// <summary>Gets the ID, which the program sends as <c>client_id</c>.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the tenant that the client belongs to.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the name, which identifies the program.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the scopes that its tokens may have.</summary>
    public required ApiScope Scopes { get; init; }

    /// <summary>Gets the first characters of the secret, by which a person recognizes it.</summary>
    public required string Start { get; init; }

    /// <summary>Gets the time at which the client was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the time from which the client and its tokens are refused; null if it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Gets the time at which the client last got a token; null if it never did. It is written at most once a minute, so a later
    /// one may have been issued since.
    /// </summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Gets the time at which the secret was replaced; null if it is the first one.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>Gets the time until which the previous secret is accepted; null if it is not accepted.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }
}

/// <summary>A client to create.</summary>
public sealed record ApiClientDraft
{
    /// <summary>Gets the tenant that the client belongs to. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the name, which identifies the program. 1 to 256 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the scopes that its tokens may have. At least one is required.</summary>
    public required ApiScope Scopes { get; init; }

    /// <summary>Gets the time from which the client and its tokens are refused; null if it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>
/// A client with its secret, directly after it was created or rotated. The secret cannot be read again.
/// </summary>
public sealed record IssuedApiClient
{
    /// <summary>Gets the client.</summary>
    public required ApiClient Client { get; init; }

    /// <summary>Gets the secret, which the program sends as <c>client_secret</c>.</summary>
    public required string Secret { get; init; }

    /// <summary>Returns the ID of the client; never the secret.</summary>
    public override string ToString() => $"{Client.Id}";
}

/// <summary>The result of verifying the ID and the secret of a client.</summary>
public sealed record ApiClientVerification
{
    /// <summary>Gets the client; null if the ID or the secret is not accepted.</summary>
    public ApiClient? Client { get; init; }

    /// <summary>
    /// Gets a text that identifies the secret without revealing it; null without a client. A token that has it in the claim
    /// <c>notify:secret</c> is accepted only as long as the secret is.
    /// </summary>
    public string? SecretId { get; init; }

    /// <summary>Gets whether too many unknown IDs were sent, so that this one was not looked up.</summary>
    public bool IsBusy { get; init; }
}
