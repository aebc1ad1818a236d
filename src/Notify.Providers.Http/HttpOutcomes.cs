using System.Net;

namespace Notify.Providers.Http;

/// <summary>
/// Maps HTTP statuses (RFC 9110 section 15) to outcomes, for a vendor that documents nothing more. A provider whose vendor has
/// error codes maps those first, and uses this class for the rest.
/// </summary>
public static class HttpOutcomes
{
    /// <summary>
    /// Creates the outcome of a response: sent for 2xx, throttled for 429, an answer lost for 502 and 504, a failure of the
    /// provider for 401, 403, 404, 408 and other 5xx, and rejected for all others. Retry-After is honored. No status alone means
    /// that a recipient is gone.
    /// </summary>
    /// <param name="response">The response.</param>
    /// <param name="time">The clock that a date in Retry-After is compared with.</param>
    public static Outcome Create(HttpResponseMessage response, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(response);
        var reason = $"HTTP {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => Outcome.Sent(),
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
    /// Gets whether a gateway forwarded the request and did not get a usable answer (RFC 9110 sections 15.6.3 and 15.6.5). The
    /// server behind it may have accepted the message.
    /// </summary>
    /// <param name="status">The status.</param>
    public static bool IsAnswerLost(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;
}
