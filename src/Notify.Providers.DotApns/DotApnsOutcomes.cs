using dotAPNS;
using Notify.Delivering;
using Notify.Providers.Apns;

namespace Notify.Providers.DotApns;

/// <summary>
/// What dotAPNS' answers mean: what Apple answered, by the table of the APNs provider, and beside it what is dotAPNS' own. The
/// text of an answer, which anyone between here and Apple can write, never becomes a reason.
/// </summary>
internal static class DotApnsOutcomes
{
    public static Outcome CertificateExpired { get; } = Outcome.ProviderFailed("the client's certificate has expired");

    public static Outcome TimedOut { get; } =
        Outcome.AnswerLost("no answer within the client's own timeout", isProviderFailure: true);

    public static Outcome Of(ApnsResponse response, Exchange exchange)
    {
        if (response.IsSuccessful)
            return Outcome.Accepted(exchange.Status is null ? null : exchange.ApnsId);
        if (exchange.Status is { } status)
            return ApnsOutcomes.Of(status, exchange.Error, exchange.RetryAfter);

        // A client with connections of its own leaves no more than the reason.
        return response.Reason == ApnsResponseReason.Unknown
            ? Outcome.AnswerLost("an answer that dotAPNS does not know")
            : ApnsOutcomes.Of(default, new ApnsError(response.Reason.ToString(), null), null);
    }
}
