namespace Notify.Storage.Files;

/// <summary>Keeps shared tokens.</summary>
internal sealed class FileSharedTokenStore(TenantFiles files) : ISharedTokenStore
{
    public ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken) =>
        new(files.ReadSharedTokens(tokens => tokens.GetValueOrDefault(name)));

    public ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    ) =>
        new(
            files.ChangeSharedTokens(tokens =>
                tokens.TryGetValue(name, out var kept) && kept.IssuedAt > stale ? kept : tokens[name] = offered
            )
        );

    public ValueTask<int> PurgeAsync(string prefix, DateTimeOffset issuedBefore, int most, CancellationToken cancellationToken) =>
        new(
            files.ChangeSharedTokens(tokens =>
                tokens
                    .Where(token => token.Key.StartsWith(prefix, StringComparison.Ordinal) && token.Value.IssuedAt < issuedBefore)
                    .Select(token => token.Key)
                    .Take(most)
                    .ToArray()
                    .Count(tokens.Remove)
            )
        );
}
