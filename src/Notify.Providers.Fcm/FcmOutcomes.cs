using System.Net;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// What the service's answer means (Firebase, "ErrorCode" and "Best practices when sending FCM messages at scale"). Reasons hold
/// the documented code and the status, never the service's own text.
/// </summary>
internal static class FcmOutcomes
{
    /// <summary>What a 429 without Retry-After means, by the best practices.</summary>
    private static readonly TimeSpan QuotaRefills = TimeSpan.FromMinutes(1);

    /// <param name="status">The HTTP status, no success.</param>
    /// <param name="error">What the body says.</param>
    /// <param name="after">The Retry-After.</param>
    /// <param name="isDevice">Whether the message went to one device: nothing else can be gone.</param>
    public static Outcome Of(HttpStatusCode status, FcmError error, TimeSpan? after, bool isDevice)
    {
        var reason = Describe(status, error);
        return error.Code switch
        {
            "UNREGISTERED" => Gone(reason, isDevice),
            // The service account is of another project than the app. That is a mistake in the configuration: with the right
            // account every one of these tokens works.
            "SENDER_ID_MISMATCH" => Outcome.ProviderFailed(reason, after),
            "INVALID_ARGUMENT" => Invalid(reason, error, isDevice),
            // The quota of one device or topic is no reason to slow the others down.
            "QUOTA_EXCEEDED" when error.IsQuotaOfTarget => Outcome.Retry(reason, after ?? QuotaRefills),
            "QUOTA_EXCEEDED" => Outcome.Throttled(reason, after ?? QuotaRefills),
            "UNAVAILABLE" => Outcome.ProviderFailed(reason, after),
            "INTERNAL" => Outcome.Retry(reason, after),
            // The APNs key or web push key that the Firebase project holds is wrong: Android's messages are not to suffer for it.
            "THIRD_PARTY_AUTH_ERROR" => Outcome.Retry(reason, after),
            _ => Of(status, reason, error, after, isDevice),
        };
    }

    /// <summary>
    /// Whether the service refuses the access token. It says 401 as well where it is Apple who refuses Firebase's.
    /// </summary>
    public static bool RefusesAccess(HttpStatusCode status, FcmError error) =>
        status == HttpStatusCode.Unauthorized && error.Code != "THIRD_PARTY_AUTH_ERROR";

    private static Outcome Of(HttpStatusCode status, string reason, FcmError error, TimeSpan? after, bool isDevice) =>
        status switch
        {
            HttpStatusCode.BadRequest => Invalid(reason, error, isDevice),
            // A project that does not exist or has not enabled the service: a fault of the set-up, which must prune nobody.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound => Outcome.ProviderFailed(
                reason,
                after
            ),
            HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError => Outcome.Retry(reason, after),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, after ?? QuotaRefills),
            _ when HttpOutcomes.IsAnswerLost(status) => Outcome.AnswerLost(reason, after, isProviderFailure: true),
            > HttpStatusCode.InternalServerError => Outcome.ProviderFailed(reason, after),
            _ => Outcome.Rejected(reason),
        };

    private static Outcome Invalid(string reason, FcmError error, bool isDevice) =>
        error.Field == "message.token" ? Gone(reason, isDevice) : Outcome.Rejected(reason);

    private static Outcome Gone(string reason, bool isDevice) =>
        isDevice ? Outcome.RecipientGone(reason) : Outcome.Rejected(reason);

    private static string Describe(HttpStatusCode status, FcmError error)
    {
        var http = $"HTTP {(int)status}";
        return error switch
        {
            { Code: { } code, Field: { } field } => $"{code} in {field} ({http})",
            { Code: { } code } => $"{code} ({http})",
            { Field: { } field } => $"{http} in {field}",
            _ => http,
        };
    }
}
