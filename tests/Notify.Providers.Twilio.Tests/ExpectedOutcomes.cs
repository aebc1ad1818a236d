using System.Text.RegularExpressions;

namespace Notify.Providers.Twilio.Tests;

public enum Expected
{
    Rejected,
    OptedOut,
    Gone,
    Retry,
    Throttled,
    ProviderFailed,
    AnswerLost,
}

internal static partial class ExpectedOutcomes
{
    public static void AssertIs(Expected expected, string reason, Outcome outcome)
    {
        Assert.Equal((expected, reason), (Classify(outcome), outcome.Reason));
        Assert.DoesNotMatch(Number(), outcome.ToString());
    }

    private static Expected Classify(Outcome outcome) =>
        outcome switch
        {
            { Kind: OutcomeKind.Rejected, IsOptOut: true } => Expected.OptedOut,
            { Kind: OutcomeKind.Rejected } => Expected.Rejected,
            { Kind: OutcomeKind.RecipientGone } => Expected.Gone,
            { Kind: OutcomeKind.Retry, IsProviderFailure: true } => Expected.ProviderFailed,
            { Kind: OutcomeKind.Retry, IsThrottled: true } => Expected.Throttled,
            { Kind: OutcomeKind.AnswerLost, IsProviderFailure: true } => Expected.AnswerLost,
            { Kind: OutcomeKind.Retry } => Expected.Retry,
            _ => throw new InvalidOperationException($"{outcome} is not expected."),
        };

    [GeneratedRegex(@"\d{8}")]
    private static partial Regex Number();
}
