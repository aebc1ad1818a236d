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
    public static Outcome NotAUrl { get; } = Outcome.Rejected("the address is no http or https URL");

    public static Outcome NotPublic { get; } = Outcome.Rejected("the address is not on the public internet");

    /// <summary>
    /// Creates the outcome of an answer. Only 410 is final, as Standard Webhooks asks: a redirect, a 401 or a 404 is what an
    /// endpoint answers while it is deployed or mended, and the retry schedule outlasts that.
    /// </summary>
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
            _ => Outcome.Retry(reason, HttpFailures.RetryAfter(response, time)),
        };
    }
}
