using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Keys;

/// <summary>Validates API keys, and keeps them in the store.</summary>
internal sealed class ApiKeyCatalog(ApiKeyDocuments documents, ApiKeyVerifier verifier, IdGenerator ids, TimeProvider time)
    : IApiKeys
{
    /// <summary>
    /// The ID of the first key. As it is the same in all processes, the store lets only one of them create the key. It is a valid
    /// UUIDv7 of the year 1970.
    /// </summary>
    private static readonly Guid FirstId = new("00000000-0000-7000-8000-000000000001");

    private static readonly PageRequest FirstPage = new();
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    public async Task<IssuedApiKey> CreateAsync(ApiKeyDraft draft, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(draft));
        var now = time.GetUtcNow();
        return (await AddAsync(draft, ids.Create(now), now, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<IssuedApiKey?> CreateFirstAsync(ApiKeyDraft draft, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(draft));
        var existing = await documents.ListAsync(null, null, 1, cancellationToken).ConfigureAwait(false);
        return existing.Count > 0
            ? null
            : await AddAsync(draft, FirstId, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(ApiKeyDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return ApiKeyRules.FindErrors(draft, time.GetUtcNow());
    }

    public async Task<Page<ApiKey>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: false);
        var after = page.After.Length == 0 ? null : page.After;
        var found = await documents.ListAsync(tenant, after, page.Limit + 1, cancellationToken).ConfigureAwait(false);
        var keys = found.Select(document => ToKey(document)).ToArray();
        return NamePages.Take(keys, page, key => $"{key.Id}");
    }

    public async Task<ApiKey?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var found = await documents.Store.FindAsync(documents.GetKey(tenant, id), cancellationToken).ConfigureAwait(false);
        return found is null ? null : ToKey(found);
    }

    public async Task<IssuedApiKey?> RotateAsync(
        string tenant,
        Guid id,
        TimeSpan? overlap = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
            throw Refuse(FieldErrorCodes.OutOfRange, "overlap", $"Use zero to {MaxOverlap.Days} days.");

        var now = time.GetUtcNow();
        IssuedApiKey? issued = null;
        await documents
            .Store.UpdateAsync(
                documents.GetKey(tenant, id),
                content =>
                {
                    issued = null;
                    if (content is null)
                        return null;

                    var stored = Rotate(StoredApiKey.Read(content.Value), id, now, overlap ?? DefaultOverlap, out var secret);
                    issued = new IssuedApiKey { Key = stored.ToKey(tenant, id, now), Secret = secret };
                    return stored.Write();
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        verifier.Forget(id);
        return issued;
    }

    public async Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        try
        {
            return await documents
                .Store.RemoveAsync(documents.GetKey(tenant, id), _ => true, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            // A call that failed may have been carried out by the store.
            verifier.Forget(id);
        }
    }

    /// <summary>Adds a key. Returns null if a key with the ID exists.</summary>
    private async Task<IssuedApiKey?> AddAsync(
        ApiKeyDraft draft,
        Guid id,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var secret = documents.CreateSecret(draft.Kind, id);
        var stored = new StoredApiKey
        {
            Name = draft.Name,
            Kind = draft.Kind,
            Scopes = draft.Scopes,
            Start = ApiKeySecret.GetStart(secret),
            Hash = ApiKeySecret.Hash(secret),
            CreatedAt = now,
            ExpiresAt = draft.ExpiresAt?.ToUniversalTime(),
        };
        var isAdded = await documents
            .Store.UpdateAsync(
                documents.GetKey(draft.Tenant, id),
                content => content is null ? (ReadOnlyMemory<byte>?)stored.Write() : null,
                cancellationToken
            )
            .ConfigureAwait(false);
        verifier.Forget(id);
        return isAdded ? new IssuedApiKey { Key = stored.ToKey(draft.Tenant, id, now), Secret = secret } : null;
    }

    private StoredApiKey Rotate(StoredApiKey stored, Guid id, DateTimeOffset now, TimeSpan overlap, out string secret)
    {
        if (stored.HasExpired(now))
            throw Refuse(FieldErrorCodes.NotAllowed, "id", "The key has expired. Create another one.");

        secret = documents.CreateSecret(stored.Kind, id);
        return stored with
        {
            Hash = ApiKeySecret.Hash(secret),
            PreviousHash = overlap > TimeSpan.Zero ? stored.Hash : null,
            PreviousUntil = overlap > TimeSpan.Zero ? now + overlap : null,
            RotatedAt = now,
        };
    }

    private static InvalidRequestException Refuse(string code, string field, string message) =>
        new([new FieldError(field, code, message)]);

    private ApiKey ToKey(StoredDocument document) =>
        StoredApiKey.Read(document.Content).ToKey(document.Key.Tenant, Guid.Parse(document.Key.Id), time.GetUtcNow());
}
