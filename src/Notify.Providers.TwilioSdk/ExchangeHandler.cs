using Notify.Providers.Http;

namespace Notify.Providers.TwilioSdk;

/// <summary>
/// Cancels a request together with its attempt, and records the parts of the answer that the library drops.
/// </summary>
internal sealed class ExchangeHandler(TimeProvider time) : DelegatingHandler
{
    /// <summary>The maximum size of an answer, far more than the Messages API ever sends.</summary>
    private const int MaxAnswerBytes = 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Exchange.Current is not { } exchange)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        HttpResponseMessage response;
        try
        {
            var sending = base.SendAsync(request, exchange.Cancellation);
            exchange.RecordStart(request, sending);
            response = await sending.ConfigureAwait(false);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            exchange.RecordFailure(request, exception);
            throw;
        }

        exchange.RecordAnswer(response, time);
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, exchange.Cancellation).ConfigureAwait(false);
        return response;
    }
}
