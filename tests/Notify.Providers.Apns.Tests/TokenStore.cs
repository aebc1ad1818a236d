using System.Collections.Concurrent;
using Notify.Storage;

namespace Notify.Providers.Apns.Tests;

/// <summary>A token store that several hosts share and that can be made to fail.</summary>
internal sealed class TokenStore : ISharedTokenStore
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, SharedToken> _tokens = new(StringComparer.Ordinal);

    public Exception? Failure { get; set; }

    public bool NeverAnswers { get; set; }

    public void Change(string name, Func<SharedToken, SharedToken> change) => _tokens[name] = change(_tokens[name]);

    public async ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        return _tokens.GetValueOrDefault(name);
    }

    public async ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    )
    {
        await AnswerAsync(cancellationToken);
        lock (_lock)
        {
            return _tokens.TryGetValue(name, out var kept) && kept.IssuedAt > stale ? kept : _tokens[name] = offered;
        }
    }

    public ValueTask<int> PurgeAsync(string prefix, DateTimeOffset issuedBefore, int most, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing that these tests run purges tokens.");

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        if (Failure is { } failure)
            throw failure;
        if (NeverAnswers)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        await Task.Yield();
    }
}
