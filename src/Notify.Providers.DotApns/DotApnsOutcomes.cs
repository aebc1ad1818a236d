using System.Globalization;
using System.Net;
using dotAPNS;
using Notify.Delivering;

namespace Notify.Providers.DotApns;

/// <summary>
/// What Apple's answers mean, by the table in "Handling notification responses from APNs". Where dotAPNS knows no reason, the
/// status decides; the text of the answer, which anyone between here and Apple can write, never becomes a reason.
/// </summary>
internal static class DotApnsOutcomes
{
    /// <summary>How long deliveries wait after a token was changed too often, where no other provider takes them.</summary>
    private static readonly TimeSpan TokenBackOff = TimeSpan.FromMinutes(1);

    public static Outcome CertificateExpired { get; } = Outcome.ProviderFailed("the client's certificate has expired");

    public static Outcome TimedOut { get; } = Outcome.ProviderFailed("no answer within the client's own timeout");

    public static Outcome Of(ApnsResponse response, Exchange exchange)
    {
        if (response.IsSuccessful)
            return Outcome.Accepted(exchange.Status is null ? null : exchange.ApnsId);

        var reason = response.Reason.ToString();
        return response.Reason switch
        {
            ApnsResponseReason.Unregistered or ApnsResponseReason.ExpiredToken =>
                Outcome.RecipientGone(reason, exchange.GoneSince),
            // A token of the other environment or another app gives the same answer as a broken one: it proves no token dead.
            ApnsResponseReason.BadDeviceToken or ApnsResponseReason.DeviceTokenNotForTopic => Outcome.Rejected(reason),
            ApnsResponseReason.BadCollapseId or ApnsResponseReason.BadExpirationDate or ApnsResponseReason.BadMessageId
                or ApnsResponseReason.BadPriority or ApnsResponseReason.BadTopic or ApnsResponseReason.DuplicateHeaders
                or ApnsResponseReason.InvalidPushType or ApnsResponseReason.MissingDeviceToken or ApnsResponseReason.MissingTopic
                or ApnsResponseReason.PayloadEmpty or ApnsResponseReason.PayloadTooLarge or ApnsResponseReason.TopicDisallowed
                or ApnsResponseReason.Forbidden => Outcome.Rejected(reason),
            ApnsResponseReason.BadCertificate or ApnsResponseReason.BadCertificateEnvironment
                or ApnsResponseReason.ExpiredProviderToken or ApnsResponseReason.InvalidProviderToken
                or ApnsResponseReason.MissingProviderToken => Outcome.ProviderFailed(reason),
            // The path and method are the same for all: something other than APNs answers.
            ApnsResponseReason.BadPath or ApnsResponseReason.MethodNotAllowed => Outcome.ProviderFailed(reason),
            ApnsResponseReason.TooManyProviderTokenUpdates => Outcome.ProviderFailed(reason, exchange.RetryAfter ?? TokenBackOff),
            // It counts the messages to this one token; the others are of one connection or server, and the next one answers.
            ApnsResponseReason.TooManyRequests or ApnsResponseReason.IdleTimeout or ApnsResponseReason.Shutdown
                or ApnsResponseReason.InternalServerError => Outcome.Retry(reason, exchange.RetryAfter),
            ApnsResponseReason.ServiceUnavailable => Outcome.ProviderFailed(reason, exchange.RetryAfter),
            _ => Of(exchange),
        };
    }

    private static Outcome Of(Exchange exchange)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int?)exchange.Status}");
        return exchange.Status switch
        {
            null => Outcome.Retry("an answer that dotAPNS does not know"),
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge => Outcome.Rejected(reason),
            HttpStatusCode.Gone => Outcome.RecipientGone(reason, exchange.GoneSince),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, exchange.RetryAfter),
            HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError => Outcome.Retry(reason, exchange.RetryAfter),
            _ => Outcome.ProviderFailed(reason, exchange.RetryAfter),
        };
    }
}
