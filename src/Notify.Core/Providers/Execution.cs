using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>
/// What became of a delivery's turn: an attempt with its outcome, or none because its provider's circuit was open.
/// </summary>
internal sealed record Execution(
    string Provider,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    Outcome? Outcome,
    TimeSpan DeferredFor
)
{
    public static Execution Attempted(string provider, DateTimeOffset startedAt, TimeSpan duration, Outcome outcome) =>
        new(provider, startedAt, duration, outcome, TimeSpan.Zero);

    /// <summary>To another provider, whose slots and rate it has to wait for like all the others.</summary>
    public static Execution Moved(string provider) => new(provider, default, default, null, TimeSpan.Zero);

    public static Execution Deferred(string provider, TimeSpan by) => new(provider, default, default, null, by);

    public Attempt? ForHistory() =>
        Outcome is null
            ? null
            : new Attempt(Provider, StartedAt, Duration, Outcome.Kind, Outcome.Reason, Outcome.ProviderMessageId, Outcome.Cost);
}
