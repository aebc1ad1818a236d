using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>
/// Sends deliveries to browsers. Each message is encrypted for its subscription and sent to the push service that the
/// subscription names.
/// </summary>
internal sealed class WebPushProvider(
    string name,
    HttpClient client,
    WebPushOptions options,
    TimeProvider time,
    ILogger<WebPushProvider> logger
) : IDeliveryProvider, IDisposable
{
    private static readonly MediaTypeHeaderValue OctetStream = new("application/octet-stream");

    private readonly VapidTokens _tokens = new(options, time);

    private readonly EndpointFailures _failures = new(name, options.AllowPrivateNetworks, WebPushOutcomes.NotPublic, logger);

    public string Name => name;

    public Channel Channel => Channel.Push;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (PushSubscription.Parse(delivery.To.Value, options.AllowPrivateNetworks, out var error) is not { } subscription)
            return Outcome.Rejected(error!);

        using var body = new PooledContent(OctetStream);
        body.GetSpan(MessageEncryption.HeaderLength);
        body.Advance(MessageEncryption.HeaderLength);
        PushMessage.Write(body, delivery);
        if (body.Written.Length - MessageEncryption.HeaderLength > MessageEncryption.MaxPlaintextLength)
            return WebPushOutcomes.TooLarge;

        body.GetSpan(MessageEncryption.TrailerLength);
        body.Advance(MessageEncryption.TrailerLength);
        return MessageEncryption.TryEncrypt(body.Written.Span, subscription)
            ? await PostAsync(subscription.Endpoint, body, delivery, cancellationToken).ConfigureAwait(false)
            : WebPushOutcomes.NotOnCurve;
    }

    public void Dispose() => _tokens.Dispose();

    private async ValueTask<Outcome> PostAsync(
        Uri endpoint,
        PooledContent body,
        Delivery delivery,
        CancellationToken cancellationToken
    )
    {
        using var request = CreateRequest(endpoint, body, delivery);
        try
        {
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return WebPushOutcomes.FromSuccess(response);

            var code = await PushServiceError.ReadAsync(response, cancellationToken).ConfigureAwait(false);
            var outcome = WebPushOutcomes.FromError(response, code, time);
            if (WebPushOutcomes.RefusesCredentials(response))
                Log.CredentialsRefused(logger, Name, delivery.Id, outcome.Reason!);
            return outcome;
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return _failures.CreateOutcome(request, delivery.Id, exception);
        }
        catch (UriFormatException)
        {
            // A host that cannot be encoded as an internationalized domain name is detected only when it is resolved.
            return WebPushOutcomes.InvalidHost;
        }
    }

    // RFC 8030 is designed for HTTP/2 (section 1), but push services that support only HTTP/1.1 work as well.
    private HttpRequestMessage CreateRequest(Uri endpoint, PooledContent body, Delivery delivery)
    {
        body.Headers.TryAddWithoutValidation("Content-Encoding", ContentCoding.Name);
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = body,
        };
        request.Headers.TryAddWithoutValidation("Authorization", _tokens.GetAuthorization(endpoint));
        PushHeaders.Add(request.Headers, delivery, time.GetUtcNow());
        return request;
    }
}
