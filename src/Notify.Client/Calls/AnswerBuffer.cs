namespace Notify.Client.Calls;

/// <summary>
/// Reads the whole answer within an attempt, unless it is a stream. Otherwise an attempt would end with the headers: a call whose
/// body breaks off would not be repeated, and one whose body stalls would have no timeout.
/// </summary>
internal sealed class AnswerBuffer : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<bool> Key = new("Notify.Buffered");

    /// <summary>Lets the whole answer to a request be read.</summary>
    public static void Request(HttpRequestMessage request) => request.Options.Set(Key, true);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!request.Options.TryGetValue(Key, out var isBuffered) || !isBuffered)
            return response;

        try
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
