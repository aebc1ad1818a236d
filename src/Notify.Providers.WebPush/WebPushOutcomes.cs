using System.Net;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>
/// Maps the answers of push services to outcomes (RFC 8030; Mozilla, "Autopush: Error Codes"; Apple, "Sending web push
/// notifications in web apps and browsers"). Anyone can create a subscription with any endpoint, so an answer never affects other
/// deliveries. If a 401 counted as a failure of the provider, or a 429 throttled the provider, one hostile subscription could
/// stop all deliveries.
/// </summary>
internal static class WebPushOutcomes
{
    /// <summary>The status 425 (RFC 8470, section 5.2).</summary>
    private const HttpStatusCode TooEarly = (HttpStatusCode)425;

    /// <summary>The maximum length of a message id. A longer one is not stored.</summary>
    private const int MaxMessageIdLength = 1024;

    public static Outcome TooLarge { get; } =
        Outcome.Rejected($"the message exceeds the {MessageEncryption.MaxPlaintextLength} bytes that push services accept");

    public static Outcome NotOnCurve { get; } = Outcome.Rejected("the subscription's key p256dh is not a point of P-256");

    public static Outcome InvalidHost { get; } = Outcome.Rejected("the subscription's endpoint has no valid host");

    public static Outcome NotPublic { get; } = Outcome.Rejected("the subscription's endpoint is not on the public internet");

    /// <summary>Creates the outcome of an answer that is not a success.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="code">The vendor's error code, or null.</param>
    /// <param name="time">The clock with which Retry-After is compared.</param>
    public static Outcome FromError(HttpResponseMessage response, string? code, TimeProvider time)
    {
        var reason = code is null ? $"HTTP {(int)response.StatusCode}" : $"HTTP {(int)response.StatusCode}: {code}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => Outcome.RecipientGone(reason),
            _ when HttpOutcomes.IsAnswerLost(response.StatusCode) => Outcome.AnswerLost(
                reason,
                HttpFailures.RetryAfter(response, time)
            ),
            // The push service of Windows throttles with 406 (Microsoft, "Push notification service request and response
            // headers").
            HttpStatusCode.NotAcceptable
            or HttpStatusCode.RequestTimeout
            or TooEarly
            or HttpStatusCode.TooManyRequests
            or >= HttpStatusCode.InternalServerError => Outcome.Retry(reason, HttpFailures.RetryAfter(response, time)),
            _ => Outcome.Rejected(reason),
        };
    }

    /// <summary>
    /// Creates the outcome of a success. Its message id is the Location, the message's URL at the push service (RFC 8030, section
    /// 5).
    /// </summary>
    public static Outcome FromSuccess(HttpResponseMessage response) =>
        Outcome.Sent(FindLocation(response) is { Length: <= MaxMessageIdLength } id ? id : null);

    /// <summary>
    /// Returns whether the push service refused the VAPID token or its key. Either the options are wrong, or the subscription was
    /// created with another key. Such a delivery is not retried, and an operator has to look into it. The device is not pruned,
    /// because its subscription works again once the options are corrected.
    /// </summary>
    public static bool RefusesCredentials(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    // Read without validation, because parsing the URL would only add cost.
    private static string? FindLocation(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out var location) ? location.ToString() : null;
}
