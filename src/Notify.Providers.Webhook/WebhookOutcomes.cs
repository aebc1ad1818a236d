using System.Net;
using Notify.Providers.Http;

namespace Notify.Providers.Webhook;

/// <summary>
/// Maps an endpoint's answers to outcomes. Its failures do not count against the provider: another webhook provider would call
/// the same endpoint. Reasons contain the status or the kind of failure, and never the URL, which may hold a token.
/// </summary>
internal static class WebhookOutcomes
{
    public static Outcome NotAUrl { get; } = Outcome.Rejected("the address is not an http or https URL");

    public static Outcome NotPublic { get; } = Outcome.Rejected("the address is not on the public internet");

    /// <summary>
    /// Gets the outcome when there is no secret to sign with: nothing was sent, and nothing can be sent while the store is
    /// unavailable.
    /// </summary>
    public static Outcome NoSecret { get; } = Outcome.ProviderFailed("the secret of the endpoint could not be read");

    /// <summary>
    /// Creates the outcome of an answer. Only 410 is final, as Standard Webhooks asks: an endpoint that is being deployed or
    /// repaired answers with a redirect, a 401 or a 404, and the retry schedule outlasts that.
    /// </summary>
    public static Outcome Create(HttpResponseMessage response, TimeProvider time)
    {
        var reason = $"HTTP {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => Outcome.Sent(),
            HttpStatusCode.Gone => Outcome.RecipientGone(reason),
            _ when HttpOutcomes.IsAnswerLost(response.StatusCode) => Outcome.AnswerLost(
                reason,
                HttpFailures.RetryAfter(response, time)
            ),
            _ => Outcome.Retry(reason, HttpFailures.RetryAfter(response, time)),
        };
    }
}
