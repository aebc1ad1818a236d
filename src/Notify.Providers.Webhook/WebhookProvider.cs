using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Notify.Providers.Http;

namespace Notify.Providers.Webhook;

/// <summary>Posts deliveries to URLs, signed by the Standard Webhooks specification.</summary>
internal sealed class WebhookProvider(
    string name,
    HttpClient client,
    EndpointSecrets secrets,
    WebhookOptions options,
    TimeProvider time,
    ILogger<WebhookProvider> logger
) : IDeliveryProvider
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly EndpointFailures _failures = new(name, options.AllowPrivateNetworks, WebhookOutcomes.NotPublic, logger);

    public string Name => name;

    public Channel Channel => Channel.Webhook;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (!RequestUri.TryParse(delivery.To.Value, out var url) || url.Scheme is not ("http" or "https"))
            return WebhookOutcomes.NotAUrl;
        if (await FindKeysAsync(delivery, cancellationToken).ConfigureAwait(false) is not { } keys)
            return WebhookOutcomes.NoSecret;

        using var request = CreateRequest(url, delivery, keys);
        try
        {
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            return WebhookOutcomes.Create(response, time);
        }
        catch (Exception exception) when (HttpFailures.HasOutcome(request, exception))
        {
            return _failures.CreateOutcome(request, delivery.Id, exception);
        }
        catch (UriFormatException)
        {
            // A host that has no form as an internationalized domain name is detected only when it is resolved.
            return WebhookOutcomes.NotAUrl;
        }
    }

    private async ValueTask<byte[][]?> FindKeysAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            return await secrets.GetKeysAsync(delivery.Tenant, delivery.To.Value, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.SecretUnreadable(logger, Name, delivery.Id, exception);
            return null;
        }
    }

    // The id is the same for every attempt, so that a receiver recognizes a repetition. An event has its own, because it may be
    // delivered again by another process. The time is the attempt's, so that the receiver can refuse a replay.
    private HttpRequestMessage CreateRequest(Uri url, Delivery delivery, byte[][] keys)
    {
        var body = new PooledContent(Json);
        WebhookBody.Write(body, delivery);
        var id = (delivery.Content.Event?.Id ?? delivery.Id).ToString();
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = body };
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSigner.Sign(keys, id, timestamp, body.Written.Span));
        return request;
    }
}
