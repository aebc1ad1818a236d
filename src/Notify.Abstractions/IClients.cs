namespace Notify;

/// <summary>
/// The clients of all tenants: programs that exchange an ID and a secret for short-lived access tokens (OAuth 2.0 client
/// credentials). The HTTP API is built on this interface, so both validate and answer in the same way. A method with a tenant
/// finds only clients of that tenant.
/// </summary>
public interface IClients
{
    /// <summary>Creates a client.</summary>
    /// <param name="draft">The client to create.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The client with its secret, which is not stored and cannot be read again.</returns>
    /// <exception cref="InvalidRequestException">The draft is invalid. The exception lists every invalid field.</exception>
    Task<IssuedApiClient> CreateAsync(ApiClientDraft draft, CancellationToken cancellationToken = default);

    /// <summary>
    /// Validates a client to create. A front end can use this method to report these errors together with its own.
    /// </summary>
    /// <param name="draft">The client to create.</param>
    /// <returns>The errors; empty if the draft is valid.</returns>
    IReadOnlyList<FieldError> Validate(ApiClientDraft draft);

    /// <summary>Lists clients in the order in which they were created.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<ApiClient>> ListAsync(string tenant, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>Finds a client.</summary>
    /// <param name="tenant">The tenant of the client.</param>
    /// <param name="id">The ID of the client.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The client; null if it does not exist or was revoked.</returns>
    Task<ApiClient?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the secret of a client. The previous secret, and tokens that were issued for it, are accepted for a while, so
    /// that the program can change over without an interruption.
    /// </summary>
    /// <param name="tenant">The tenant of the client.</param>
    /// <param name="id">The ID of the client.</param>
    /// <param name="overlap">
    /// The time for which the previous secret is accepted, zero to 30 days; null for one day. Use zero if it was leaked.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The client with its new secret; null if the client does not exist or was revoked.</returns>
    /// <exception cref="InvalidRequestException">The overlap is out of range, or the client has expired.</exception>
    Task<IssuedApiClient?> RotateAsync(
        string tenant,
        Guid id,
        TimeSpan? overlap = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Revokes a client and its tokens for good. This process refuses them at once, other processes at the latest when what they
    /// read before expires, which is after 5 seconds by default.
    /// </summary>
    /// <param name="tenant">The tenant of the client.</param>
    /// <param name="id">The ID of the client.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the client was revoked; <see langword="false"/> if it does not exist.</returns>
    Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Verifies the ID and the secret of a client, for a token endpoint.</summary>
    /// <param name="id">The ID that the client sent.</param>
    /// <param name="secret">The secret that the client sent.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task<ApiClientVerification> VerifyAsync(string id, string secret, CancellationToken cancellationToken = default);
}
