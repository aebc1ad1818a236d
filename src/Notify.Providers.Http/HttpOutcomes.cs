using System.Net;
using Notify.Delivering;

namespace Notify.Providers.Http;

/// <summary>
/// What statuses mean (RFC 9110 section 15) to a vendor that documents nothing more. A provider whose vendor has error codes
/// reads those, and comes here with the rest.
/// </summary>
public static class HttpOutcomes
{
    /// <summary>
    /// Accepted for 2xx; throttled for 429; an answer lost for 502 and 504; the provider's failure for 401, 403, 404, 408 and
    /// other 5xx, with the vendor's Retry-After; rejected for all others. No status alone says that a recipient is gone.
    /// </summary>
    /// <param name="response">The response.</param>
    /// <param name="time">The clock that a date in Retry-After is compared with.</param>
    public static Outcome Of(HttpResponseMessage response, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(response);
        var reason = $"HTTP {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => Outcome.Accepted(),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, HttpFailures.RetryAfter(response, time)),
            _ when IsAnswerLost(response.StatusCode) => Outcome.AnswerLost(
                reason,
                HttpFailures.RetryAfter(response, time),
                isProviderFailure: true
            ),
            HttpStatusCode.Unauthorized
            or HttpStatusCode.Forbidden
            or HttpStatusCode.NotFound
            or HttpStatusCode.RequestTimeout
            or >= HttpStatusCode.InternalServerError => Outcome.ProviderFailed(reason, HttpFailures.RetryAfter(response, time)),
            _ => Outcome.Rejected(reason),
        };
    }

    /// <summary>
    /// Gets whether a gateway passed the request on and did not get a usable answer (RFC 9110 sections 15.6.3 and 15.6.5): the
    /// server behind it may have taken the message over.
    /// </summary>
    /// <param name="status">The status.</param>
    public static bool IsAnswerLost(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;
}
