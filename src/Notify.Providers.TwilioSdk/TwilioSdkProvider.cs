using System.Net;
using Microsoft.Extensions.Logging;
using Notify.Delivering;
using Notify.Queueing;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Rest.Api.V2010.Account;
using Twilio.Types;

namespace Notify.Providers.TwilioSdk;

/// <summary>Hands SMS to Twilio's own library.</summary>
internal sealed class TwilioSdkProvider(
    string name,
    ITwilioRestClient client,
    TwilioSdkOptions options,
    TimeProvider time,
    ILogger<TwilioSdkProvider> logger
) : IDeliveryProvider
{
    /// <summary>
    /// The longest that Twilio keeps a message in its queue, and the longest it takes (messages API, ValidityPeriod).
    /// </summary>
    private const int LongestValiditySeconds = 36_000;

    private readonly PhoneNumber? _from = string.IsNullOrWhiteSpace(options.From) ? null : new PhoneNumber(options.From);

    public string Name => name;

    public Channel Channel => Channel.Sms;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(delivery.Content.Body))
            return Outcome.Rejected("an SMS needs a body");

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
            // The library cannot be told to stop, so a client with connections of its own is left to finish alone.
            var creating = MessageResource.CreateAsync(Compose(delivery), client);
            var message = await creating.WaitAsync(cancellationToken).ConfigureAwait(false);
            return exchange.Status is null or HttpStatusCode.Created
                ? TwilioSdkOutcomes.Of(message)
                : TwilioSdkOutcomes.NotCreated(exchange);
        }
        catch (OperationCanceledException) when (exchange.Request is not null)
        {
            // The request ends with the same cancellation, and tells then whether it had been sent.
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
            return TwilioSdkOutcomes.Of(exception, exchange);
        }
    }

    private CreateMessageOptions Compose(Delivery delivery) =>
        new(new PhoneNumber(delivery.To.Value))
        {
            Body = delivery.Content.Body,
            From = _from,
            MessagingServiceSid = _from is null ? options.MessagingServiceSid : null,
            StatusCallback = options.StatusCallback,
            ValidityPeriod = (int)Math.Clamp((delivery.ExpiresAt - time.GetUtcNow()).TotalSeconds, 1, LongestValiditySeconds),
        };
}
