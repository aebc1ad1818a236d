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
    public static Outcome CertificateExpired { get; } = Outcome.ProviderFailed("the client's certificate has expired");

    public static Outcome TimedOut { get; } = Outcome.ProviderFailed("no answer within the client's own timeout");

    public static Outcome Of(ApnsResponse response, Exchange exchange)
    {
        if (response.IsSuccessful)
            return Outcome.Accepted(exchange.Status is null ? null : exchange.ApnsId);

        var reason = response.Reason.ToString();
        return response.Reason switch
        {
            ApnsResponseReason.Unregistered or ApnsResponseReason.ExpiredToken => Outcome.RecipientGone(reason, exchange.GoneSince),
            // A token of the other environment or another app gives the same answer as a broken one: it proves no token dead.
            ApnsResponseReason.BadDeviceToken or ApnsResponseReason.DeviceTokenNotForTopic => Outcome.Rejected(reason),
            ApnsResponseReason.BadCollapseId or ApnsResponseReason.BadExpirationDate or ApnsResponseReason.BadMessageId
                or ApnsResponseReason.BadPriority or ApnsResponseReason.DuplicateHeaders or ApnsResponseReason.InvalidPushType
                or ApnsResponseReason.MissingDeviceToken or ApnsResponseReason.PayloadEmpty or ApnsResponseReason.PayloadTooLarge
                or ApnsResponseReason.BadPath or ApnsResponseReason.MethodNotAllowed => Outcome.Rejected(reason),
            ApnsResponseReason.BadTopic or ApnsResponseReason.MissingTopic or ApnsResponseReason.TopicDisallowed
                or ApnsResponseReason.BadCertificate or ApnsResponseReason.BadCertificateEnvironment or ApnsResponseReason.Forbidden
                or ApnsResponseReason.ExpiredProviderToken or ApnsResponseReason.InvalidProviderToken
                or ApnsResponseReason.MissingProviderToken => Outcome.ProviderFailed(reason),
            ApnsResponseReason.TooManyProviderTokenUpdates => Outcome.Throttled(reason, exchange.RetryAfter),
            // It counts the messages to this one token.
            ApnsResponseReason.TooManyRequests or ApnsResponseReason.IdleTimeout => Outcome.Retry(reason, exchange.RetryAfter),
            ApnsResponseReason.InternalServerError or ApnsResponseReason.ServiceUnavailable or ApnsResponseReason.Shutdown =>
                Outcome.ProviderFailed(reason, exchange.RetryAfter),
            _ => Of(exchange.Status, exchange.RetryAfter),
        };
    }

    private static Outcome Of(HttpStatusCode? status, TimeSpan? after)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int?)status} without a known reason");
        return status switch
        {
            null => Outcome.Retry("an answer that dotAPNS does not know"),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, after),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Outcome.ProviderFailed(reason),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Outcome.ProviderFailed(reason, after),
            _ => Outcome.Rejected(reason),
        };
    }
}
