using Notify.Delivering;

namespace Notify.Providers.Http;

/// <summary>
/// Sends a vendor's requests, of which only so many are between their start and the first byte of their body: 32 for a processor.
/// Until then <see cref="HttpClient"/> holds 32 KB of rented memory for each HTTP/2 request, and the runtime's shared pool keeps
/// 32 such arrays for a processor: a hundred more that begin together would each be allocated anew. A request that waits for its
/// answer does not count. For one vendor's requests, since those to a host that cannot be reached keep the others waiting.
/// </summary>
/// <param name="client">The client.</param>
public sealed class PacedHttpClient(HttpClient client)
{
    private const int StartsPerProcessor = 32;

    private readonly SemaphoreSlim _starts = new(StartsPerProcessor * Environment.ProcessorCount);

    /// <summary>Sends a request and reads no more of the answer than its headers.</summary>
    /// <param name="request">
    /// The request. Its content is a <see cref="PooledContent"/>; it is to be disposed of, whatever comes.
    /// </param>
    /// <param name="timer">The attempt's time limit. The wait for a start does not count.</param>
    /// <param name="cancellationToken">Ends the attempt, also while it has not begun.</param>
    /// <exception cref="HttpRequestException">The vendor could not be reached, or its answer is no HTTP.</exception>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(timer);
        if (request.Content is not PooledContent body)
            throw new ArgumentException($"The content is no {nameof(PooledContent)}.", nameof(request));

        var start = _starts.WaitAsync(cancellationToken);
        return start.IsCompletedSuccessfully
            ? StartAsync(request, body, cancellationToken)
            : StartAfterAsync(start, request, body, timer, cancellationToken);
    }

    private async Task<HttpResponseMessage> StartAfterAsync(
        Task start,
        HttpRequestMessage request,
        PooledContent body,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        timer.Wait();
        await start.ConfigureAwait(false);
        timer.Begin();
        return await StartAsync(request, body, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> StartAsync(
        HttpRequestMessage request,
        PooledContent body,
        CancellationToken cancellationToken
    )
    {
        body.Hold(_starts);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
