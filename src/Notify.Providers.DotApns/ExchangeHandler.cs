using Notify.Providers.Apns;
using Notify.Providers.Http;

namespace Notify.Providers.DotApns;

/// <summary>
/// Adds the delivery's id to a request, and records the parts of the answer that dotAPNS drops.
/// </summary>
internal sealed class ExchangeHandler(TimeProvider time) : DelegatingHandler
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Exchange.Current is not { } exchange)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        request.Headers.TryAddWithoutValidation("apns-id", exchange.ApnsId);
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            exchange.RecordFailure(request, exception);
            throw;
        }

        var body = response.IsSuccessStatusCode
            ? []
            : await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var error = body.Length == 0 ? default : await ApnsError.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        exchange.RecordAnswer(response, error, time);
        if (!response.IsSuccessStatusCode && body.Length == 0)
        {
            // dotAPNS throws a NullReferenceException for a refusal without a body.
            response.Content = new ByteArrayContent(EmptyObject);
        }

        return response;
    }
}
