using Notify.Providers.Apns;
using Notify.Providers.Http;

namespace Notify.Providers.DotApns;

/// <summary>Gives Apple the delivery's id, and keeps of the answer what dotAPNS drops.</summary>
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
            exchange.Failed(request, exception);
            throw;
        }

        var body = response.IsSuccessStatusCode
            ? []
            : await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var error = body.Length == 0 ? default : await ApnsError.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        exchange.Answered(response, error, time);
        if (!response.IsSuccessStatusCode && body.Length == 0)
        {
            // dotAPNS takes a refusal without a body for a null reference.
            response.Content = new ByteArrayContent(EmptyObject);
        }

        return response;
    }
}
