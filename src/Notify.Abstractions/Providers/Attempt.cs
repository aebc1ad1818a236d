namespace Notify.Providers;

/// <summary>One call to a provider for one delivery, as its history keeps it.</summary>
/// <param name="Provider">The provider that was called.</param>
/// <param name="StartedAt">When the call began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Outcome">What it came to.</param>
/// <param name="Reason">Why it was not accepted; when it was, what the vendor left out, else null.</param>
/// <param name="ProviderMessageId">The vendor's id for the message, when it gave one.</param>
/// <param name="Cost">What the vendor bills; null when it does not say.</param>
public sealed record Attempt(
    string Provider,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    OutcomeKind Outcome,
    string? Reason = null,
    string? ProviderMessageId = null,
    Cost? Cost = null
);
