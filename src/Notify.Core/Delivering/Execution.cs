namespace Notify.Delivering;

/// <summary>What became of a delivery's turn: an attempt with its outcome, or none because every circuit was open.</summary>
internal sealed record Execution(string Provider, DateTimeOffset StartedAt, TimeSpan Duration, Outcome? Outcome, TimeSpan DeferredFor)
{
    public static Execution Attempted(string provider, DateTimeOffset startedAt, TimeSpan duration, Outcome outcome) =>
        new(provider, startedAt, duration, outcome, TimeSpan.Zero);

    public static Execution Deferred(TimeSpan by) => new("", default, default, null, by);

    public Attempt? ForHistory() => Outcome is null
        ? null
        : new Attempt(Provider, StartedAt, Duration, Outcome.Kind, Outcome.Reason, Outcome.ProviderMessageId);
}
