using System.Net;
using Microsoft.Extensions.Logging;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Rest.Api.V2010.Account;
using Twilio.Types;

namespace Notify.Providers.TwilioSdk;

/// <summary>Sends SMS through Twilio's .NET library.</summary>
internal sealed class TwilioSdkProvider(
    string name,
    ITwilioRestClient client,
    TwilioSdkOptions options,
    TimeProvider time,
    ILogger<TwilioSdkProvider> logger
) : IDeliveryProvider
{
    /// <summary>
    /// The maximum time for which Twilio queues a message (Twilio, "Messages resource", ValidityPeriod).
    /// </summary>
    private const int MaxValiditySeconds = 36_000;

    private readonly PhoneNumber? _from = string.IsNullOrWhiteSpace(options.From) ? null : new PhoneNumber(options.From);

    public string Name => name;

    public Channel Channel => Channel.Sms;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(delivery.Content.Body))
            return Outcome.Rejected("an SMS must have a body");
        if (delivery.Content.Sms?.From is { } from && !options.AllowedFrom.Contains(from))
            return Outcome.Rejected("the options of the provider do not allow the sender of the message");

        var outcome = await TrySendAsync(delivery, cancellationToken).ConfigureAwait(false);
        if (outcome.IsProviderFailure)
            Log.VendorFailed(logger, name, outcome.Reason);
        return outcome;
    }

    private async ValueTask<Outcome> TrySendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var exchange = Exchange.Begin(cancellationToken);
        try
        {
            // The library has no cancellation. A client that uses the given HTTP client is cancelled by ExchangeHandler; any
            // other client finishes in the background.
            var creating = MessageResource.CreateAsync(Compose(delivery), client);
            var message = await creating.WaitAsync(cancellationToken).ConfigureAwait(false);
            return exchange.Status is null or HttpStatusCode.Created
                ? TwilioSdkOutcomes.FromMessage(message)
                : TwilioSdkOutcomes.FromUnexpectedStatus(exchange);
        }
        catch (OperationCanceledException) when (exchange.Request is not null)
        {
            // The same cancellation ends the request. Once it has ended, the exchange knows whether the request was sent: if it
            // was not, a retry cannot duplicate the message.
            await exchange.Request.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!exchange.WasSent)
                return TwilioSdkOutcomes.NotSent;
            throw;
        }
        catch (TwilioException) when (cancellationToken.IsCancellationRequested && exchange.Failure is null)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (TwilioException exception)
        {
            return TwilioSdkOutcomes.FromException(exception, exchange);
        }
    }

    private CreateMessageOptions Compose(Delivery delivery)
    {
        var from = delivery.Content.Sms?.From is { } own ? new PhoneNumber(own) : _from;
        return new CreateMessageOptions(new PhoneNumber(delivery.To.Value))
        {
            Body = delivery.Content.Body,
            From = from,
            MessagingServiceSid = from is null ? options.MessagingServiceSid : null,
            StatusCallback = options.StatusCallbackUrl,
            ValidityPeriod = (int)Math.Clamp((delivery.ExpiresAt - time.GetUtcNow()).TotalSeconds, 1, MaxValiditySeconds),
        };
    }
}
