namespace Notify.Providers;

/// <summary>A call to a provider for one delivery, as recorded in the delivery's history.</summary>
/// <param name="Provider">The name of the provider that was called.</param>
/// <param name="StartedAt">The time at which the call began.</param>
/// <param name="Duration">The duration of the call.</param>
/// <param name="Outcome">The outcome of the attempt.</param>
/// <param name="Reason">Why the message was not sent. If it was sent, what the vendor left out, or null.</param>
/// <param name="ProviderMessageId">The vendor's ID for the message; null if the vendor did not assign one.</param>
/// <param name="Cost">The cost that the vendor charges; null if the vendor does not report it.</param>
public sealed record Attempt(
    string Provider,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    OutcomeKind Outcome,
    string? Reason = null,
    string? ProviderMessageId = null,
    Cost? Cost = null
);
