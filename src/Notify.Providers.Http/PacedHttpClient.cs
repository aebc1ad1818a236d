namespace Notify.Providers.Http;

/// <summary>
/// Sends a vendor's requests so that at most 32 for each processor are between their start and the first byte of their body.
/// Until then <see cref="HttpClient"/> holds 32 KB of rented memory for each HTTP/2 request, and the runtime's shared pool keeps
/// only 32 such arrays for each processor: the arrays of more requests that begin together would be allocated. A request that
/// waits for its answer does not count. Use one instance for each vendor, because requests to a host that cannot be reached delay
/// the others.
/// </summary>
/// <param name="client">The client.</param>
public sealed class PacedHttpClient(HttpClient client)
{
    private const int StartsPerProcessor = 32;

    private readonly SemaphoreSlim _starts = new(StartsPerProcessor * Environment.ProcessorCount);

    /// <summary>Sends a request and reads only the headers of the answer.</summary>
    /// <param name="request">
    /// The request. Its content is a <see cref="PooledContent"/>. The caller disposes of it in every case.
    /// </param>
    /// <param name="timer">The attempt's time limit. The time before the start does not count.</param>
    /// <param name="cancellationToken">Cancels the attempt, even before it has begun.</param>
    /// <exception cref="HttpRequestException">The vendor could not be reached, or its answer is not HTTP.</exception>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(timer);
        if (request.Content is not PooledContent body)
            throw new ArgumentException($"The content must be a {nameof(PooledContent)}.", nameof(request));

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
        body.ReleaseAtStart(_starts);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
