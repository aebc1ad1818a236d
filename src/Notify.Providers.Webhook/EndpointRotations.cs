using Notify.Storage;

namespace Notify.Providers.Webhook;

/// <summary>
/// Stores which endpoints of a provider were rotated, and the time of the last rotation of any of them. An endpoint that
/// was never rotated has no record. A process that knows the time of the last rotation needs to read nothing else.
/// </summary>
internal sealed class EndpointRotations(string provider, ISharedTokenStore? store, TimeProvider time)
{
    private readonly string _providerName = WebhookEndpoint.CreateProviderName(provider);

    /// <summary>Reads when any endpoint of the provider was last rotated; null for never.</summary>
    public async ValueTask<DateTimeOffset?> FindLastAsync(CancellationToken cancellationToken) =>
        store is null ? null : (await store.FindAsync(_providerName, cancellationToken).ConfigureAwait(false))?.IssuedAt;

    /// <summary>Reads an endpoint's versions.</summary>
    public async ValueTask<EndpointVersions> FindAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken) =>
        store is null
            ? EndpointVersions.First
            : EndpointVersions.Parse(
                await store.FindAsync(endpoint.CreateName(provider), cancellationToken).ConfigureAwait(false)
            );

    /// <summary>Rotates an endpoint, unless another call does so at this moment.</summary>
    /// <returns>The endpoint's versions, after this rotation or the other call's.</returns>
    public async ValueTask<EndpointVersions> RotateAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (store is null)
            throw new NotSupportedException("The store cannot keep rotations. Implement ISharedTokenStore.");

        // The endpoint is written first: a process that sees that there was a rotation must find it.
        var versions = await AdvanceAsync(store, endpoint.CreateName(provider), cancellationToken).ConfigureAwait(false);
        await AdvanceAsync(store, _providerName, cancellationToken).ConfigureAwait(false);
        return versions;
    }

    // The store keeps what is offered only where it still has what was read. If another call was faster, its rotation was made
    // after this call began and serves both.
    private async ValueTask<EndpointVersions> AdvanceAsync(
        ISharedTokenStore tokens,
        string name,
        CancellationToken cancellationToken
    )
    {
        var found = await tokens.FindAsync(name, cancellationToken).ConfigureAwait(false);
        var offered = EndpointVersions.Parse(found).Rotate(time.GetUtcNow()).ToToken();
        var stale = found?.IssuedAt ?? DateTimeOffset.UnixEpoch;
        return EndpointVersions.Parse(await tokens.OfferAsync(name, offered, stale, cancellationToken).ConfigureAwait(false));
    }
}
