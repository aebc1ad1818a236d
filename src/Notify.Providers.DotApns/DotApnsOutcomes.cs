using dotAPNS;
using Notify.Providers.Apns;

namespace Notify.Providers.DotApns;

/// <summary>
/// Maps the answers of dotAPNS to outcomes. Apple's answers are mapped as in the APNs provider; answers that originate in dotAPNS
/// are mapped here. The text of an answer never becomes a reason, because a proxy may have written it.
/// </summary>
internal static class DotApnsOutcomes
{
    public static Outcome CertificateExpired { get; } = Outcome.ProviderFailed("the client certificate has expired");

    public static Outcome TimedOut { get; } =
        Outcome.AnswerLost("no answer within the client's timeout", isProviderFailure: true);

    public static Outcome Create(ApnsResponse response, Exchange exchange)
    {
        if (response.IsSuccessful)
            return Outcome.Sent(exchange.Status is null ? null : exchange.ApnsId);
        if (exchange.Status is { } status)
            return ApnsOutcomes.Create(status, exchange.Error, exchange.RetryAfter);

        // Only the reason is known if the client does not use the HTTP client that it was given.
        return response.Reason == ApnsResponseReason.Unknown
            ? Outcome.AnswerLost("an answer that dotAPNS does not know")
            : ApnsOutcomes.Create(default, new ApnsError(response.Reason.ToString(), null), null);
    }
}
