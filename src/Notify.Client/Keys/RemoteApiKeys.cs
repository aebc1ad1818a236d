using Notify.Client.Calls;

namespace Notify.Client.Keys;

/// <summary>The API keys of a service.</summary>
internal sealed class RemoteApiKeys(ServiceCalls service) : IApiKeys
{
    private readonly RemoteKeyList _keys = new(service, "v1/api-keys");

    public async Task<IssuedApiKey> CreateAsync(ApiKeyDraft draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var body = new KeyBody(draft.Name, ScopeNames.Get(draft.Scopes), ScopeNames.Get(draft.Kind), draft.ExpiresAt);
        var issued = await _keys.CreateAsync(draft.Tenant, body, cancellationToken).ConfigureAwait(false);
        return issued.CreateKey();
    }

    public Task<IssuedApiKey?> CreateFirstAsync(ApiKeyDraft draft, CancellationToken cancellationToken = default) =>
        throw Remote.CreateNotSupported("A caller of the service has a key already. Call CreateAsync.");

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(ApiKeyDraft draft) => [];

    public async Task<Page<ApiKey>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var answer = await _keys.ListAsync(tenant, page, cancellationToken).ConfigureAwait(false);
        return answer.CreatePage(key => key.CreateKey());
    }

    public async Task<ApiKey?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var found = await _keys.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        return found?.CreateKey();
    }

    public async Task<IssuedApiKey?> RotateAsync(
        string tenant,
        Guid id,
        TimeSpan? overlap = null,
        CancellationToken cancellationToken = default
    )
    {
        var issued = await _keys.RotateAsync(tenant, id, overlap, cancellationToken).ConfigureAwait(false);
        return issued?.CreateKey();
    }

    public Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        _keys.RevokeAsync(tenant, id, cancellationToken);
}
