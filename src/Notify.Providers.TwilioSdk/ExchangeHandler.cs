using Notify.Providers.Http;

namespace Notify.Providers.TwilioSdk;

/// <summary>Ends a request with its attempt, and keeps of the answer what the library drops.</summary>
internal sealed class ExchangeHandler(TimeProvider time) : DelegatingHandler
{
    /// <summary>Far more than any answer of the messages API.</summary>
    private const int LongestAnswer = 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Exchange.Current is not { } exchange)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        HttpResponseMessage response;
        try
        {
            var sending = base.SendAsync(request, exchange.Cancellation);
            exchange.Began(request, sending);
            response = await sending.ConfigureAwait(false);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            exchange.Failed(request, exception);
            throw;
        }

        exchange.Answered(response, time);
        await response.Content.LoadIntoBufferAsync(LongestAnswer, exchange.Cancellation).ConfigureAwait(false);
        return response;
    }
}
