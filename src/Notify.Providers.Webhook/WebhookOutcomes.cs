using System.Net;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.Webhook;

/// <summary>
/// What an endpoint's answer means. A failure is never the provider's: another webhook provider would meet the same endpoint.
/// Reasons carry the status or the kind of failure, never the URL, which may hold a token.
/// </summary>
internal static class WebhookOutcomes
{
    /// <summary>RFC 8470 section 5.2.</summary>
    private const HttpStatusCode TooEarly = (HttpStatusCode)425;

    public static Outcome NotAUrl { get; } = Outcome.Rejected("the address is no http or https URL");

    public static Outcome NotPublic { get; } = Outcome.Rejected("the address is not on the public internet");

    public static Outcome Of(HttpResponseMessage response, TimeProvider time)
    {
        var reason = $"HTTP {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => Outcome.Accepted(),
            HttpStatusCode.Gone => Outcome.RecipientGone(reason),
            _ when HttpOutcomes.IsAnswerLost(response.StatusCode) => Outcome.AnswerLost(
                reason,
                HttpFailures.RetryAfter(response, time)
            ),
            HttpStatusCode.RequestTimeout
            or TooEarly
            or HttpStatusCode.TooManyRequests
            or >= HttpStatusCode.InternalServerError => Outcome.Retry(reason, HttpFailures.RetryAfter(response, time)),
            _ => Outcome.Rejected(reason),
        };
    }
}
