using System.Net;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>
/// What a push service's answer means (RFC 8030, Mozilla's "Autopush: Error Codes", Apple's "Sending web push notifications in
/// web apps and browsers"). An endpoint is what a subscription names, and everyone can make one: whatever it answers is about
/// this delivery alone. Were its 401 the provider's failure or its 429 the provider's pace, one hostile subscription would stop
/// them all.
/// </summary>
internal static class WebPushOutcomes
{
    /// <summary>RFC 8470 section 5.2.</summary>
    private const HttpStatusCode TooEarly = (HttpStatusCode)425;

    /// <summary>A longer one is no address of a message, and is not kept.</summary>
    private const int MaxMessageIdLength = 1024;

    public static Outcome TooLarge { get; } =
        Outcome.Rejected($"the message has more than the {MessageEncryption.MaxPlaintextLength} bytes that push services take");

    public static Outcome NotOnTheCurve { get; } = Outcome.Rejected("the subscription's key p256dh is no point of P-256");

    public static Outcome NotAHost { get; } = Outcome.Rejected("the subscription's endpoint has no valid host");

    public static Outcome NotPublic { get; } = Outcome.Rejected("the subscription's endpoint is not on the public internet");

    /// <param name="response">The answer's head.</param>
    /// <param name="code">The vendor's own code, or null.</param>
    /// <param name="time">The clock that Retry-After is compared with.</param>
    public static Outcome Of(HttpResponseMessage response, string? code, TimeProvider time)
    {
        var reason = code is null ? $"HTTP {(int)response.StatusCode}" : $"HTTP {(int)response.StatusCode}: {code}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => Outcome.RecipientGone(reason),
            _ when HttpOutcomes.IsAnswerLost(response.StatusCode) => Outcome.AnswerLost(
                reason,
                HttpFailures.RetryAfter(response, time)
            ),
            // Windows throttles with 406 (Microsoft, "Push notification service request and response headers").
            HttpStatusCode.NotAcceptable
            or HttpStatusCode.RequestTimeout
            or TooEarly
            or HttpStatusCode.TooManyRequests
            or >= HttpStatusCode.InternalServerError => Outcome.Retry(reason, HttpFailures.RetryAfter(response, time)),
            _ => Outcome.Rejected(reason),
        };
    }

    /// <summary>
    /// RFC 8030 section 5: 201, or 202 with a receipt to come; Location is the message's address at the push service.
    /// </summary>
    public static Outcome Accepted(HttpResponseMessage response) =>
        Outcome.Accepted(IdOf(response) is { Length: <= MaxMessageIdLength } id ? id : null);

    /// <summary>
    /// The push service refused the VAPID token or its key: the options are wrong, or the subscription was made with another key.
    /// It is for an operator to see, not to be tried again, and prunes nothing: right options bring the subscriptions back.
    /// </summary>
    public static bool RefusesCredentials(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    // As it was sent: to parse it as a URL would cost more than it tells.
    private static string? IdOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out var location) ? location.ToString() : null;
}
