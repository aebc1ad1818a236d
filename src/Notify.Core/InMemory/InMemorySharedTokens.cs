using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps shared tokens in memory, for tests.</summary>
internal sealed class InMemorySharedTokens : ISharedTokenStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SharedToken> _tokens = new(StringComparer.Ordinal);

    public ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_tokens.GetValueOrDefault(name));
    }

    public ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            if (_tokens.TryGetValue(name, out var kept) && kept.IssuedAt > stale)
                return new(kept);

            return new(_tokens[name] = offered);
        }
    }

    public ValueTask<int> PurgeAsync(string prefix, DateTimeOffset issuedBefore, int most, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            string[] old =
            [
                .. _tokens
                    .Where(token => token.Key.StartsWith(prefix, StringComparison.Ordinal) && token.Value.IssuedAt < issuedBefore)
                    .Select(token => token.Key)
                    .Take(most),
            ];
            return new(old.Count(_tokens.Remove));
        }
    }
}
