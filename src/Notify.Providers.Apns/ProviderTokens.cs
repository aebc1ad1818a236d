using Microsoft.Extensions.Logging;
using Notify.Storage;

namespace Notify.Providers.Apns;

/// <summary>
/// The provider token at hand. One is made for all connections, and through the store for all nodes: Apple refuses tokens that
/// change too often, and those that are too old.
/// </summary>
internal sealed class ProviderTokens(
    ProviderTokenKey key,
    ISharedTokenStore? store,
    TimeProvider time,
    ILogger<ApnsProvider> logger
) : IDisposable
{
    /// <summary>Apple, 'Establishing a token-based connection to APNs': not more than one token in 20 minutes.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(20);

    /// <summary>Midway between too often and too old, so that neither a slow store nor another clock makes it either.</summary>
    private static readonly TimeSpan RefreshAge = TimeSpan.FromMinutes(40);

    /// <summary>Apple, same page: a token is refused an hour after it was made. Five minutes are for other clocks.</summary>
    private static readonly TimeSpan UsableAge = TimeSpan.FromMinutes(55);

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private volatile ProviderToken? _current;
    private Task? _refreshing;

    /// <summary>The token to send with. While it is refreshed ahead of its time, it is still the one to send with.</summary>
    public ValueTask<ProviderToken> CurrentAsync(CancellationToken cancellationToken)
    {
        var current = _current;
        var age = current is null ? TimeSpan.MaxValue : time.GetUtcNow() - current.IssuedAt;
        if (age < RefreshAge)
            return new(current!);

        var refreshed = RefreshAsync();
        return age < UsableAge ? new(current!) : AfterAsync(refreshed, cancellationToken);
    }

    /// <summary>
    /// A token that is newer than one that Apple called too old, or null when there is none: this process's clock is slow, and
    /// Apple would call the next token an update too many.
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

    private async ValueTask<ProviderToken> AfterAsync(Task refreshed, CancellationToken cancellationToken)
    {
        await refreshed.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _current!;
    }

    // For everyone who waits, and cancelled by none of them.
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
                _current = await TryAsync((tokens, patience) => FindAsync(tokens, current.IssuedAt, patience))
                    .ConfigureAwait(false)
                    ?? current;
        }
        finally
        {
            lock (_lock)
                _refreshing = null;
        }
    }

    // Another node's token if it is fresher, else one of its own for all nodes; without the store, one for this node.
    private async ValueTask<ProviderToken> ShareAsync(ProviderToken? current)
    {
        var now = time.GetUtcNow();
        var stale = current?.IssuedAt > now - RefreshAge ? current.IssuedAt : now - RefreshAge;
        ProviderToken? own = null;
        var shared = await TryAsync(
                async (tokens, patience) =>
                {
                    if (await FindAsync(tokens, stale, patience).ConfigureAwait(false) is { } found)
                        return found;

                    own = key.Issue(now);
                    return Open(await tokens.OfferAsync(key.Name, key.Seal(own), stale, patience).ConfigureAwait(false), stale);
                }
            )
            .ConfigureAwait(false);
        return shared ?? own ?? key.Issue(now);
    }

    private async ValueTask<ProviderToken?> FindAsync(
        ISharedTokenStore tokens,
        DateTimeOffset stale,
        CancellationToken patience
    ) => await tokens.FindAsync(key.Name, patience).ConfigureAwait(false) is { } found ? Open(found, stale) : null;

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

    private async ValueTask<ProviderToken?> TryAsync(Func<ISharedTokenStore, CancellationToken, ValueTask<ProviderToken?>> ask)
    {
        if (store is null)
            return null;

        using var patience = new CancellationTokenSource(StorePatience, time);
        try
        {
            return await ask(store, patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.TokenStoreFailed(logger, exception);
            return null;
        }
    }
}
