using System.Net;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.Apns;

/// <summary>
/// What APNs' answers mean: every reason of Apple's 'Handling notification responses from APNs', and the bare status where there
/// is none. Apple's reasons are constants, so they can be shown; whatever else an answer says is not repeated.
/// </summary>
internal static class ApnsOutcomes
{
    public const string ExpiredProviderToken = "ExpiredProviderToken";

    /// <summary>How long deliveries wait after a token was changed too often, where no other provider takes them.</summary>
    private static readonly TimeSpan TokenBackOff = TimeSpan.FromMinutes(1);

    public static Outcome NoToken { get; } = Outcome.ProviderFailed("no provider token in time");

    public static Outcome NotADeviceToken { get; } = Outcome.Rejected("the address is no device token");

    public static Outcome BadOverrides { get; } =
        Outcome.Rejected(
            "overrides.apns must hold nothing but a payload and headers: "
                + "apns-push-type, apns-topic, apns-priority, apns-expiration, apns-collapse-id"
        );

    public static Outcome TooLarge(int bytes, int limit) =>
        Outcome.Rejected($"the payload has {bytes} bytes, APNs takes {limit}");

    // Apple ended the connection, or took fewer streams than it had offered. That is no outage, and the client has tried other
    // connections before it gives up.
    public static Outcome Of(HttpRequestMessage? request, Exception exception) =>
        exception is HttpRequestException failure && HttpFailures.WasTurnedAway(failure)
            ? Outcome.Retry("the connection took no more requests")
            : HttpFailures.CreateVendorOutcome(request, exception);

    public static Outcome Of(HttpStatusCode status, ApnsError error, TimeSpan? retryAfter) =>
        error.Reason switch
        {
            // The token is malformed, or it is of the other environment or another app: Apple answers the same. One wrong setting
            // would meet every device within the hour, so none is pruned for it. A token that has died is answered with 410 in
            // its own environment, and one that never was alive costs a request for each notification.
            "BadDeviceToken" => Outcome.Rejected("BadDeviceToken: malformed, or of the other environment"),
            "DeviceTokenNotForTopic" => Outcome.Rejected("DeviceTokenNotForTopic: of another app"),

            // The message, or its app, is wrong; other apps and messages of this provider are not.
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

            // Apple asks not to repeat it, unlike the other 403.
            "Forbidden" => Outcome.Rejected(error.Reason),

            "Unregistered" or "ExpiredToken" => Outcome.RecipientGone(error.Reason, error.Since),

            "BadCertificate"
            or "BadCertificateEnvironment"
            or "BadEnvironmentKeyIdInToken"
            or ExpiredProviderToken
            or "InvalidProviderToken"
            or "MissingProviderToken"
            or "UnrelatedKeyIdInToken" => Outcome.ProviderFailed(error.Reason, retryAfter),

            // The path and method are the same for all: something other than APNs answers at the address.
            "BadPath" or "MethodNotAllowed" => Outcome.ProviderFailed(error.Reason, retryAfter),

            // The token at hand stays, and is accepted once Apple's 20 minutes have passed.
            "TooManyProviderTokenUpdates" => Outcome.ProviderFailed(error.Reason, retryAfter ?? TokenBackOff),

            // Too many for one device, which says nothing about the others.
            "TooManyRequests" => Outcome.Retry(error.Reason, retryAfter),

            // Of one connection or server; the next one answers. Apple's advice to wait 15 minutes after a 5xx is left to the
            // retry options, whose delays grow that long: whoever waits for a one-time code has no 15 minutes.
            "IdleTimeout" or "Shutdown" or "InternalServerError" => Outcome.Retry(error.Reason, retryAfter),
            "ServiceUnavailable" => Outcome.ProviderFailed(error.Reason, retryAfter),

            _ => Of(status, error.Since, retryAfter),
        };

    private static Outcome Of(HttpStatusCode status, DateTimeOffset? since, TimeSpan? retryAfter)
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
