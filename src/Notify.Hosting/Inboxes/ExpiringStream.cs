using System.Runtime.CompilerServices;

namespace Notify.Hosting.Inboxes;

/// <summary>Ends a stream when the token that opened it expires. The browser opens a new stream with a new token.</summary>
internal sealed class ExpiringStream(DateTimeOffset expiresAt, TimeProvider time)
{
    public async IAsyncEnumerable<T> WatchAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var left = expiresAt - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            yield break;

        using var expired = new CancellationTokenSource(left, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, cancellationToken);
        // The caller ends the response when the enumeration is cancelled, for whichever reason.
        await foreach (var item in watch(ended.Token).ConfigureAwait(false))
            yield return item;
    }
}
