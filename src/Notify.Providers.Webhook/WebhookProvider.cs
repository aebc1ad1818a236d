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
        KnownEndpoint? endpoint;
        try
        {
            endpoint = await secrets.FindAsync(delivery.Tenant, delivery.To.Value, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.SecretUnreadable(logger, Name, delivery.Id, exception);
            return WebhookOutcomes.NoSecret;
        }

        if (endpoint is null)
            return WebhookOutcomes.NotAUrl;
        using var request = CreateRequest(endpoint, delivery);
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

    // The id is the same for every attempt, so that a receiver recognizes a repetition. An event has its own, because it may be
    // delivered again by another process. The time is the attempt's, so that the receiver can refuse a replay.
    private HttpRequestMessage CreateRequest(KnownEndpoint endpoint, Delivery delivery)
    {
        var body = new PooledContent(Json);
        WebhookBody.Write(body, delivery);
        var id = delivery.Content.Event?.Id ?? delivery.Id;
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = body };
        request.Headers.TryAddWithoutValidation("webhook-id", id.ToString());
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation(
            "webhook-signature",
            WebhookSigner.Sign(endpoint.Keys, id, timestamp, body.Written.Span)
        );
        return request;
    }
}
