using System.Globalization;
using System.Net;
using Notify.Providers.Http;
using Twilio.Exceptions;
using Twilio.Rest.Api.V2010.Account;

namespace Notify.Providers.TwilioSdk;

/// <summary>
/// Maps the library's results to outcomes. The code of Twilio's error and warning dictionary (twilio.com/docs/api/errors) takes
/// precedence over the HTTP status. A reason contains the code, never Twilio's message, which may quote the number and the text.
/// </summary>
/// <remarks>
/// An error that concerns the account or sender as a whole is a failure of the provider. An error that depends on the recipient
/// rejects only the delivery.
/// </remarks>
internal static class TwilioSdkOutcomes
{
    public static Outcome NotSent { get; } = Outcome.ProviderFailed("no connection was established in time");

    /// <summary>
    /// Creates the outcome of an answer that created no message although the library reports success. The library treats every
    /// status below 400 as a created message.
    /// </summary>
    public static Outcome FromUnexpectedStatus(Exchange exchange) =>
        Outcome.ProviderFailed(Describe(exchange.Status!.Value), exchange.RetryAfter);

    /// <summary>Creates the outcome of an answer that created a message.</summary>
    /// <param name="message">The message, or null if the answer had no body.</param>
    public static Outcome FromMessage(MessageResource? message)
    {
        var hasFailed =
            message?.Status == MessageResource.StatusEnum.Failed || message?.Status == MessageResource.StatusEnum.Undelivered;
        if (message?.ErrorCode is { } code && FromCode(code, null) is { } failed)
            return failed;
        if (hasFailed)
            return Outcome.Retry(
                message?.ErrorCode is { } unknown ? Describe(unknown) : "the message failed without an error code"
            );
        return Outcome.Sent(message?.Sid, message is null ? null : ReadCost(message));
    }

    /// <summary>Creates the outcome of an exception that the library threw.</summary>
    public static Outcome FromException(TwilioException exception, Exchange exchange)
    {
        // Twilio created the message, but its answer could not be read. Sending again would duplicate the message.
        if (exchange.Status == HttpStatusCode.Created)
            return Outcome.Sent();

        return exception switch
        {
            ApiException { Status: > 0 } refused => FromError(refused.Code, (HttpStatusCode)refused.Status, exchange.RetryAfter),
            ApiStandardException { Status: > 0 } refused => FromError(
                refused.Code,
                (HttpStatusCode)refused.Status,
                exchange.RetryAfter
            ),
            _ when exchange.Status is { } status => FromStatus(status, Describe(status), exchange.RetryAfter),
            _ when exchange.Failure is { } failure => failure,
            ApiConnectionException { InnerException: HttpRequestException lost } => HttpFailures.CreateVendorOutcome(null, lost),
            _ => Outcome.AnswerLost("Twilio's library could not read the answer", isProviderFailure: true),
        };
    }

    // With a messaging service, the number of segments is 0 until Twilio has chosen a sender. The price is negative, and unknown
    // until the message has been sent.
    private static Cost? ReadCost(MessageResource message)
    {
        if (!int.TryParse(message.NumSegments, CultureInfo.InvariantCulture, out var segments) || segments == 0)
            return null;
        return decimal.TryParse(message.Price, CultureInfo.InvariantCulture, out var price) && message.PriceUnit is { } currency
            ? new Cost(segments, Math.Abs(price), currency)
            : new Cost(segments);
    }

    private static Outcome FromError(int code, HttpStatusCode status, TimeSpan? after)
    {
        if (status == HttpStatusCode.TooManyRequests)
            return Outcome.Throttled(code == 0 ? Describe(status) : Describe(code), after);
        var reason = code == 0 ? Describe(status) : $"{Describe(status)}, {Describe(code)}";
        return FromCode(code, after) ?? FromStatus(status, reason, after);
    }

    private static Outcome? FromCode(int code, TimeSpan? after)
    {
        var reason = Describe(code);
        switch (code)
        {
            case 21610:
                return Outcome.OptedOut(reason);
            case 30005:
                return Outcome.RecipientGone(reason);

            // The account, its credentials or the sender cannot send.
            case 10001
            or 10002
            or 14108
            or 20003
            or 20005
            or 20006
            or 20008
            or 20010
            or 20403
            or 20404:
            case 21210 or 21212 or 21264 or 21267 or 21601 or 21603 or 21606 or 21607 or 21609 or 21616 or 21657:
            case >= 21659 and <= 21661:
            case >= 21701 and <= 21705:
            case 30002 or 30037 or 30042 or 30454 or 63038 or 90010:
            case 20503 or 20504:
                return Outcome.ProviderFailed(reason, after);

            // The account or the sender exceeds its rate limit.
            case 20429
            or 21611
            or 30001
            or 30022
            or 63017:
                return Outcome.Throttled(reason, after);

            // One recipient or carrier is overloaded, or the failure is temporary.
            case 14107
            or 20500
            or 30003
            or 30008
            or 30017
            or 30023
            or 30027
            or 30410
            or 30450
            or 30453
            or 30485
            or 30500:
                return Outcome.Retry(reason, after);

            // The number, its region or the message is refused.
            case 14111
            or 20001
            or 20422
            or 21211
            or 21214
            or 21217
            or 21219
            or 21265
            or 21266
            or 21268:
            case 21401 or 21407 or 21408 or 21421 or 21602 or 21604 or 21605 or 21608 or 21612 or 21614:
            case (>= 21617 and <= 21619) or 21624 or 21635 or 21658:
            case 30004
            or 30006
            or 30007
            or 30010
            or 30018
            or 30019
            or 30024
            or (>= 30032 and <= 30036)
            or (>= 30038 and <= 30041)
            or 90007:
                return Outcome.Rejected(reason);

            default:
                return null;
        }
    }

    // A missing path, or a success that does not create a message, shows that the server is not Twilio's Messages API.
    private static Outcome FromStatus(HttpStatusCode status, string reason, TimeSpan? after) =>
        status switch
        {
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, after),
            _ when HttpOutcomes.IsAnswerLost(status) => Outcome.AnswerLost(reason, after, isProviderFailure: true),
            HttpStatusCode.ServiceUnavailable => Outcome.ProviderFailed(reason, after),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Outcome.Retry(reason, after),
            HttpStatusCode.Unauthorized
            or HttpStatusCode.PaymentRequired
            or HttpStatusCode.Forbidden
            or HttpStatusCode.NotFound
            or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.Gone
            or < HttpStatusCode.BadRequest => Outcome.ProviderFailed(reason, after),
            _ => Outcome.Rejected(reason),
        };

    private static string Describe(int code) => string.Create(CultureInfo.InvariantCulture, $"error {code}");

    private static string Describe(HttpStatusCode status) => string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}");
}
