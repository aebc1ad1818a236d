using System.Net;
using Notify.Providers.Http;

namespace Notify.Providers.Apns;

/// <summary>
/// Maps the answers of APNs to outcomes: every reason in Apple's "Handling notification responses from APNs", or the HTTP status
/// if there is no reason. Apple's reasons are constants, so they are safe to show; no other text of an answer is repeated.
/// </summary>
public static class ApnsOutcomes
{
    /// <summary>The reason for which the provider token is created again.</summary>
    public const string ExpiredProviderToken = "ExpiredProviderToken";

    /// <summary>
    /// The delay after the token was changed too often. It applies to deliveries that no other provider can take.
    /// </summary>
    private static readonly TimeSpan TokenBackOff = TimeSpan.FromMinutes(1);

    /// <summary>Gets the outcome when no provider token can be created.</summary>
    public static Outcome NoToken { get; } = Outcome.ProviderFailed("no provider token was available in time");

    /// <summary>Gets the outcome for an address that is not a device token.</summary>
    public static Outcome NotADeviceToken { get; } = Outcome.Rejected("the address is not a device token");

    /// <summary>Gets the outcome for invalid settings in <c>overrides.apns</c>.</summary>
    public static Outcome BadOverrides { get; } =
        Outcome.Rejected(
            "overrides.apns may contain only a payload and these headers: "
                + "apns-push-type, apns-topic, apns-priority, apns-expiration, apns-collapse-id"
        );

    /// <summary>Creates the outcome for a payload that is too large.</summary>
    /// <param name="bytes">The size of the payload.</param>
    /// <param name="limit">The limit in bytes.</param>
    public static Outcome CreateTooLarge(int bytes, int limit) =>
        Outcome.Rejected($"the payload has {bytes} bytes; the limit of APNs is {limit}");

    /// <summary>Creates the outcome of a request without an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="exception">The failure.</param>
    /// <remarks>
    /// Apple may close a connection, or accept fewer HTTP/2 streams than it announced. This is not an outage, so the provider has
    /// not failed. The client has already tried other connections before it reports this.
    /// </remarks>
    public static Outcome Create(HttpRequestMessage? request, Exception exception) =>
        exception is HttpRequestException failure && HttpFailures.WasTurnedAway(failure)
            ? Outcome.Retry("the connection accepted no more requests")
            : HttpFailures.CreateVendorOutcome(request, exception);

    /// <summary>Creates the outcome of an answer with an error status.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The error in the answer's body.</param>
    /// <param name="retryAfter">The answer's Retry-After; null when it has none.</param>
    public static Outcome Create(HttpStatusCode status, ApnsError error, TimeSpan? retryAfter) =>
        error.Reason switch
        {
            // The token is malformed, or it belongs to the other environment or another app; Apple's answer is the same. One
            // wrong setting would hit every device within the hour, so these answers never prune a token. A token that has
            // expired is answered with 410 in its own environment. One that never was valid merely costs a request per
            // notification.
            "BadDeviceToken" => Outcome.Rejected("BadDeviceToken: malformed, or issued by the other environment"),
            "DeviceTokenNotForTopic" => Outcome.Rejected("DeviceTokenNotForTopic: issued for another app"),

            // The message or its app is wrong. Other apps and messages of this provider are not affected.
            "BadCollapseId"
            or "BadExpirationDate"
            or "BadMessageId"
            or "BadPriority"
            or "BadTopic"
            or "DuplicateHeaders"
            or "InvalidPushType"
            or "MissingDeviceToken"
            or "MissingTopic"
            or "PayloadEmpty"
            or "PayloadTooLarge"
            or "TopicDisallowed" => Outcome.Rejected(error.Reason),

            // Unlike for the other reasons with status 403, Apple asks not to retry.
            "Forbidden" => Outcome.Rejected(error.Reason),

            "Unregistered" or "ExpiredToken" => Outcome.RecipientGone(error.Reason, error.Since),

            "BadCertificate"
            or "BadCertificateEnvironment"
            or "BadEnvironmentKeyIdInToken"
            or ExpiredProviderToken
            or "InvalidProviderToken"
            or "MissingProviderToken"
            or "UnrelatedKeyIdInToken" => Outcome.ProviderFailed(error.Reason, retryAfter),

            // The path and method never vary, so something other than APNs is listening at the address.
            "BadPath" or "MethodNotAllowed" => Outcome.ProviderFailed(error.Reason, retryAfter),

            // The current token is kept. Apple accepts it once its 20 minutes have passed.
            "TooManyProviderTokenUpdates" => Outcome.ProviderFailed(error.Reason, retryAfter ?? TokenBackOff),

            // Too many requests for one device. Other devices are not affected.
            "TooManyRequests" => Outcome.Retry(error.Reason, retryAfter),

            // These concern one connection or server; a retry reaches another one. Apple advises waiting 15 minutes after a 5xx,
            // but a recipient who waits for a one-time code does not have 15 minutes. The retry options, whose delays grow to
            // that length, decide instead.
            "IdleTimeout" or "Shutdown" or "InternalServerError" => Outcome.Retry(error.Reason, retryAfter),
            "ServiceUnavailable" => Outcome.ProviderFailed(error.Reason, retryAfter),

            _ => FromStatus(status, error.Since, retryAfter),
        };

    private static Outcome FromStatus(HttpStatusCode status, DateTimeOffset? since, TimeSpan? retryAfter)
    {
        var reason = $"HTTP {(int)status}";
        return status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge => Outcome.Rejected(reason),
            HttpStatusCode.Gone => Outcome.RecipientGone(reason, since),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, retryAfter),
            HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError => Outcome.Retry(reason, retryAfter),
            _ when HttpOutcomes.IsAnswerLost(status) => Outcome.AnswerLost(reason, retryAfter, isProviderFailure: true),
            _ => Outcome.ProviderFailed(reason, retryAfter),
        };
    }
}
