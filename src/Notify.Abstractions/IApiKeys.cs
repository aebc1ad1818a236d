namespace Notify;

/// <summary>
/// The API keys of all tenants. The HTTP API is built on this interface, so both validate and answer in the same way. A method
/// with a tenant finds only keys of that tenant.
/// </summary>
public interface IApiKeys
{
    /// <summary>Creates a key.</summary>
    /// <param name="draft">The key to create.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The key with its secret, which is not stored and cannot be read again.</returns>
    /// <exception cref="InvalidRequestException">The draft is invalid. The exception lists every invalid field.</exception>
    Task<IssuedApiKey> CreateAsync(ApiKeyDraft draft, CancellationToken cancellationToken = default);

    /// <summary>
    /// Creates the first key of the installation. If several processes call this method at the same time for the same tenant,
    /// only one of them gets a key.
    /// </summary>
    /// <param name="draft">The key to create.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The key with its secret; null if the installation has a key of any tenant.</returns>
    /// <exception cref="InvalidRequestException">The draft is invalid. The exception lists every invalid field.</exception>
    Task<IssuedApiKey?> CreateFirstAsync(ApiKeyDraft draft, CancellationToken cancellationToken = default);

    /// <summary>
    /// Validates a key to create. A front end can use this method to report these errors together with its own.
    /// </summary>
    /// <param name="draft">The key to create.</param>
    /// <returns>The errors; empty if the draft is valid.</returns>
    IReadOnlyList<FieldError> Validate(ApiKeyDraft draft);

    /// <summary>Lists keys in the order in which they were created.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<ApiKey>> ListAsync(string tenant, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>Finds a key.</summary>
    /// <param name="tenant">The tenant of the key.</param>
    /// <param name="id">The ID of the key.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The key; null if it does not exist or was revoked.</returns>
    Task<ApiKey?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the secret of a key. The previous secret is accepted for a while, so that callers can change over without an
    /// interruption. A secret before the previous one is refused at once.
    /// </summary>
    /// <param name="tenant">The tenant of the key.</param>
    /// <param name="id">The ID of the key.</param>
    /// <param name="overlap">
    /// The time for which the previous secret is accepted, zero to 30 days; null for one day. Use zero if it was leaked.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The key with its new secret; null if the key does not exist or was revoked.</returns>
    /// <exception cref="InvalidRequestException">The overlap is out of range, or the key has expired.</exception>
    Task<IssuedApiKey?> RotateAsync(
        string tenant,
        Guid id,
        TimeSpan? overlap = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Revokes a key for good. This process refuses it at once, other processes at the latest when the result of an earlier
    /// verification expires, which is after 5 seconds by default.
    /// </summary>
    /// <param name="tenant">The tenant of the key.</param>
    /// <param name="id">The ID of the key.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the key was revoked; <see langword="false"/> if it does not exist.</returns>
    Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken = default);
}
