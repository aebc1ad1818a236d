using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Providers.Webhook;

/// <summary>Posts deliveries to URLs, signed by the Standard Webhooks specification.</summary>
internal sealed class WebhookProvider(
    string name, HttpClient client, WebhookSigner signer, TimeProvider time, ILogger<WebhookProvider> logger) : IDeliveryProvider
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public string Name => name;

    public Channel Channel => Channel.Webhook;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(delivery.To.Value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return WebhookOutcomes.NotAUrl;

        using var message = new WebhookMessage(delivery, time.GetUtcNow());
        using var request = CreateRequest(url, message);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            return WebhookOutcomes.Of(response, time);
        }
        catch (HttpRequestException exception)
        {
            if (exception.GetBaseException() is TargetRefusedException)
                Log.TargetRefused(logger, Name, delivery.Id);
            return WebhookOutcomes.Of(exception);
        }
        catch (UriFormatException)
        {
            // A host that no international domain name encodes is found out only when it is looked up.
            return WebhookOutcomes.NotAUrl;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return WebhookOutcomes.ConnectTimedOut;
        }
    }

    // HTTP/1.1, the client's default, has sent the body when the response arrives or the call ends: only so may the message's
    // buffer go back to its pool then.
    private HttpRequestMessage CreateRequest(Uri url, WebhookMessage message)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(message.Body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", message.Timestamp);
        request.Headers.Add("webhook-signature", signer.Sign(message.SignedContent.Span));
        return request;
    }
}
