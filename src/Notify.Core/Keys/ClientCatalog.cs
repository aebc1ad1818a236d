using Microsoft.Extensions.Logging;
using Notify.Storage;

namespace Notify.Core.Keys;

/// <summary>
/// Keeps clients in the store. A client has the same secret, rotation and revocation as an API key, but another form of secret
/// and another collection, so neither is accepted in place of the other.
/// </summary>
internal sealed class ClientCatalog : IClients
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ApiKeyVerifier _verifier;
    private readonly ApiKeyCatalog _keys;

    public ClientCatalog(IDocumentStore store, IdGenerator ids, TimeProvider time, ILogger<ApiKeyVerifier> logger)
    {
        var documents = ApiKeyDocuments.CreateForClients(store);
        _verifier = new ApiKeyVerifier(documents, time, logger);
        _keys = new ApiKeyCatalog(documents, _verifier, ids, time);
    }

    public async Task<IssuedApiClient> CreateAsync(ApiClientDraft draft, CancellationToken cancellationToken = default) =>
        ToIssued(await _keys.CreateAsync(ToKeyDraft(draft), cancellationToken).ConfigureAwait(false));

    public IReadOnlyList<FieldError> Validate(ApiClientDraft draft) => _keys.Validate(ToKeyDraft(draft));

    public async Task<Page<ApiClient>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var found = await _keys.ListAsync(tenant, page, cancellationToken).ConfigureAwait(false);
        return new Page<ApiClient> { Items = [.. found.Items.Select(ToClient)], Next = found.Next };
    }

    public async Task<ApiClient?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        await _keys.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is { } key ? ToClient(key) : null;

    public async Task<IssuedApiClient?> RotateAsync(
        string tenant,
        Guid id,
        TimeSpan? overlap = null,
        CancellationToken cancellationToken = default
    ) =>
        await _keys.RotateAsync(tenant, id, overlap, cancellationToken).ConfigureAwait(false) is { } issued
            ? ToIssued(issued)
            : null;

    public Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        _keys.RevokeAsync(tenant, id, cancellationToken);

    public async Task<ApiClientVerification> VerifyAsync(string id, string secret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(secret);
        var verified = await _verifier.VerifyAsync(secret, MaxAge, cancellationToken).ConfigureAwait(false);
        return verified.Key is { } key && Guid.TryParseExact(id, "D", out var sent) && sent == key.Id
            ? new ApiClientVerification { Client = ToClient(key), SecretId = StoredApiKey.GetSecretId(ApiKeySecret.Hash(secret)) }
            : new ApiClientVerification { IsBusy = verified.IsBusy };
    }

    /// <summary>Finds the client of a token; null if the client, or the secret that it had, is not accepted any more.</summary>
    /// <param name="id">The ID of the client.</param>
    /// <param name="secretId">The text that identifies the secret.</param>
    /// <param name="maxAge">The time for which an earlier answer of the store is used.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async ValueTask<ApiClient?> FindOwnerAsync(
        Guid id,
        string secretId,
        TimeSpan maxAge,
        CancellationToken cancellationToken
    ) =>
        await _verifier.FindAsync(id, secretId, maxAge, cancellationToken).ConfigureAwait(false) is { } key
            ? ToClient(key)
            : null;

    private static ApiKeyDraft ToKeyDraft(ApiClientDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return new ApiKeyDraft
        {
            Tenant = draft.Tenant,
            Name = draft.Name,
            Scopes = draft.Scopes,
            ExpiresAt = draft.ExpiresAt,
        };
    }

    private static IssuedApiClient ToIssued(IssuedApiKey issued) =>
        new() { Client = ToClient(issued.Key), Secret = issued.Secret };

    private static ApiClient ToClient(ApiKey key) =>
        new()
        {
            Id = key.Id,
            Tenant = key.Tenant,
            Name = key.Name,
            Scopes = key.Scopes,
            Start = key.Start,
            CreatedAt = key.CreatedAt,
            ExpiresAt = key.ExpiresAt,
            LastUsedAt = key.LastUsedAt,
            RotatedAt = key.RotatedAt,
            PreviousUntil = key.PreviousUntil,
        };
}
