using Notify.Client.Calls;
using Notify.Client.Keys;

namespace Notify.Client.Clients;

/// <summary>The clients of a service.</summary>
internal sealed class RemoteClients(ServiceCalls service) : IClients
{
    private readonly RemoteKeyList _clients = new(service, "v1/clients");

    public async Task<IssuedApiClient> CreateAsync(ApiClientDraft draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var body = new KeyBody(draft.Name, ScopeNames.Get(draft.Scopes), Kind: null, draft.ExpiresAt);
        var issued = await _clients.CreateAsync(draft.Tenant, body, cancellationToken).ConfigureAwait(false);
        return issued.CreateClient();
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(ApiClientDraft draft) => [];

    public async Task<Page<ApiClient>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var answer = await _clients.ListAsync(tenant, page, cancellationToken).ConfigureAwait(false);
        return answer.CreatePage(client => client.CreateClient());
    }

    public async Task<ApiClient?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        var found = await _clients.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        return found?.CreateClient();
    }

    public async Task<IssuedApiClient?> RotateAsync(
        string tenant,
        Guid id,
        TimeSpan? overlap = null,
        CancellationToken cancellationToken = default
    )
    {
        var issued = await _clients.RotateAsync(tenant, id, overlap, cancellationToken).ConfigureAwait(false);
        return issued?.CreateClient();
    }

    public Task<bool> RevokeAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        _clients.RevokeAsync(tenant, id, cancellationToken);

    public Task<ApiClientVerification> VerifyAsync(string id, string secret, CancellationToken cancellationToken = default) =>
        throw Remote.CreateNotSupported("Ask the token endpoint of the service for a token with the id and the secret.");
}
