using Microsoft.Extensions.Logging;
using Notify.Storage;

namespace Notify.Providers.Apns;

/// <summary>
/// The current provider token. All connections of this process share it, and through the store all nodes do: Apple refuses tokens
/// that change too often as well as tokens that are too old.
/// </summary>
internal sealed class ProviderTokens(
    ProviderTokenKey key,
    ISharedTokenStore? store,
    TimeProvider time,
    ILogger<ApnsProvider> logger
) : IDisposable
{
    /// <summary>
    /// The minimum age of a token before it may be replaced. Apple allows one new token every 20 minutes ("Establishing a
    /// token-based connection to APNs").
    /// </summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(20);

    /// <summary>
    /// The age at which a token is renewed. It lies midway between both of Apple's limits, which leaves a margin for a slow store
    /// and for clocks that differ.
    /// </summary>
    private static readonly TimeSpan RefreshAge = TimeSpan.FromMinutes(40);

    /// <summary>
    /// The age up to which a token is used. Apple refuses a token one hour after it was issued; five of these minutes are a
    /// margin for clocks that differ.
    /// </summary>
    private static readonly TimeSpan UsableAge = TimeSpan.FromMinutes(55);

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private volatile ProviderToken? _current;
    private Task? _refreshing;

    /// <summary>
    /// Gets the token to send with. While a renewal is running, the current token is returned as long as it is usable, so only
    /// sends without a usable token wait.
    /// </summary>
    public ValueTask<ProviderToken> GetAsync(CancellationToken cancellationToken)
    {
        var current = _current;
        var age = current is null ? TimeSpan.MaxValue : time.GetUtcNow() - current.IssuedAt;
        if (age < RefreshAge)
            return new(current!);

        var refreshed = RefreshAsync();
        return age < UsableAge ? new(current!) : AwaitCurrentAsync(refreshed, cancellationToken);
    }

    /// <summary>
    /// Gets a newer token than one that Apple refused as expired. Returns null if there is none and the refused token is too new
    /// to be replaced. In that case the clock of this machine is behind, and Apple would refuse another token as one update too
    /// many.
    /// </summary>
    public async ValueTask<ProviderToken?> ReplaceAsync(ProviderToken refused, CancellationToken cancellationToken)
    {
        if (IsNewer(_current, refused))
            return _current;

        await RefreshAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return IsNewer(_current, refused) ? _current : null;
    }

    public void Dispose() => key.Dispose();

    private static bool IsNewer(ProviderToken? token, ProviderToken than) => token?.IssuedAt > than.IssuedAt;

    private async ValueTask<ProviderToken> AwaitCurrentAsync(Task refreshed, CancellationToken cancellationToken)
    {
        await refreshed.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _current!;
    }

    // Starts a refresh unless one is running. All callers wait for the same refresh, so their cancellation does not end it.
    private Task RefreshAsync()
    {
        lock (_lock)
            return _refreshing ??= Task.Run(ReplaceCurrentAsync);
    }

    private async Task ReplaceCurrentAsync()
    {
        try
        {
            var current = _current;
            if (current is null || time.GetUtcNow() - current.IssuedAt >= MinAge)
                _current = await ShareAsync(current).ConfigureAwait(false);
            else
                _current = await TryStoreAsync((tokens, timeout) => FindAsync(tokens, current.IssuedAt, timeout))
                    .ConfigureAwait(false)
                    ?? current;
        }
        finally
        {
            lock (_lock)
                _refreshing = null;
        }
    }

    // Uses the token of another node if the store has a newer one, and otherwise offers a new token to all nodes. The store
    // resolves races: the token it returns is the one that all nodes use. If the store fails, this node uses its own token.
    private async ValueTask<ProviderToken> ShareAsync(ProviderToken? current)
    {
        var now = time.GetUtcNow();
        var stale = current?.IssuedAt > now - RefreshAge ? current.IssuedAt : now - RefreshAge;
        ProviderToken? own = null;
        var shared = await TryStoreAsync(
                async (tokens, timeout) =>
                {
                    if (await FindAsync(tokens, stale, timeout).ConfigureAwait(false) is { } found)
                        return found;

                    own = key.Issue(now);
                    return Open(await tokens.OfferAsync(key.Name, key.Seal(own), stale, timeout).ConfigureAwait(false), stale);
                }
            )
            .ConfigureAwait(false);
        return shared ?? own ?? key.Issue(now);
    }

    private async ValueTask<ProviderToken?> FindAsync(
        ISharedTokenStore tokens,
        DateTimeOffset stale,
        CancellationToken timeout
    ) => await tokens.FindAsync(key.Name, timeout).ConfigureAwait(false) is { } found ? Open(found, stale) : null;

    private ProviderToken? Open(SharedToken shared, DateTimeOffset stale)
    {
        var now = time.GetUtcNow();
        if (shared.IssuedAt <= stale || now - shared.IssuedAt >= RefreshAge || shared.IssuedAt - now > ClockSkew)
            return null;

        var token = key.Open(shared);
        if (token is null)
            Log.SharedTokenUnreadable(logger, key.Name);
        return token;
    }

    private async ValueTask<ProviderToken?> TryStoreAsync(
        Func<ISharedTokenStore, CancellationToken, ValueTask<ProviderToken?>> use
    )
    {
        if (store is null)
            return null;

        using var timeout = new CancellationTokenSource(StoreTimeout, time);
        try
        {
            return await use(store, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.TokenStoreFailed(logger, exception);
            return null;
        }
    }
}
