using System.Net;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// Maps the service's answers to outcomes (Firebase, "ErrorCode" and "Best practices when sending FCM messages at scale").
/// Reasons contain the documented code and the HTTP status, never text from the service.
/// </summary>
public static class FcmOutcomes
{
    /// <summary>The delay that the best practices recommend after a 429 without Retry-After.</summary>
    private static readonly TimeSpan QuotaRefills = TimeSpan.FromMinutes(1);

    /// <summary>Creates the outcome of an answer that is not a success.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The parsed body.</param>
    /// <param name="after">The value of Retry-After, or null if there was none.</param>
    /// <param name="isDevice">
    /// Whether the message went to one device. Only a device can be gone, never a topic or condition.
    /// </param>
    public static Outcome Create(HttpStatusCode status, FcmError error, TimeSpan? after, bool isDevice)
    {
        var reason = Describe(status, error);
        return error.Code switch
        {
            "UNREGISTERED" => CreateGone(reason, isDevice),
            // The service account belongs to another project than the app. This is a configuration error: with the right account
            // all of these tokens work, so none of them may be pruned.
            "SENDER_ID_MISMATCH" => Outcome.ProviderFailed(reason, after),
            "INVALID_ARGUMENT" => CreateInvalid(reason, error, isDevice),
            // The quota of one device or topic must not slow down the others, so this is a plain retry.
            "QUOTA_EXCEEDED" when error.IsQuotaOfTarget => Outcome.Retry(reason, after ?? QuotaRefills),
            "QUOTA_EXCEEDED" => Outcome.Throttled(reason, after ?? QuotaRefills),
            "UNAVAILABLE" => Outcome.ProviderFailed(reason, after),
            "INTERNAL" => Outcome.Retry(reason, after),
            // The APNs key or Web Push key in the Firebase project is wrong. Messages to Android still work, so the provider as a
            // whole has not failed.
            "THIRD_PARTY_AUTH_ERROR" => Outcome.Retry(reason, after),
            _ => FromStatus(status, reason, error, after, isDevice),
        };
    }

    /// <summary>
    /// Returns whether the service refused the access token. A 401 with THIRD_PARTY_AUTH_ERROR does not: there, Apple refused
    /// Firebase's credentials.
    /// </summary>
    public static bool RefusesAccess(HttpStatusCode status, FcmError error) =>
        status == HttpStatusCode.Unauthorized && error.Code != "THIRD_PARTY_AUTH_ERROR";

    // For answers without a documented code, such as those of a proxy.
    private static Outcome FromStatus(HttpStatusCode status, string reason, FcmError error, TimeSpan? after, bool isDevice) =>
        status switch
        {
            HttpStatusCode.BadRequest => CreateInvalid(reason, error, isDevice),
            // The project does not exist or has not enabled the service. This is a configuration error, so no token may be
            // pruned.
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

    private static Outcome CreateInvalid(string reason, FcmError error, bool isDevice) =>
        error.Field == "message.token" ? CreateGone(reason, isDevice) : Outcome.Rejected(reason);

    private static Outcome CreateGone(string reason, bool isDevice) =>
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
