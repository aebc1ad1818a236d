using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>
/// The result of <c>DeliveryExecutor</c>: an attempt with its outcome, or none because the delivery moves to another provider or
/// every circuit is open or its lease has ended.
/// </summary>
internal sealed record Execution(
    string Provider,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    Outcome? Outcome,
    TimeSpan DeferredFor
)
{
    /// <summary>Creates the result of an attempt.</summary>
    public static Execution FromAttempt(string provider, DateTimeOffset startedAt, TimeSpan duration, Outcome outcome) =>
        new(provider, startedAt, duration, outcome, TimeSpan.Zero);

    /// <summary>
    /// Creates the result of a delivery that moves to another provider. It is not sent there at once: it becomes due, and waits
    /// for the slots and permits of that provider like any other delivery.
    /// </summary>
    public static Execution MoveTo(string provider) => new(provider, default, default, null, TimeSpan.Zero);

    /// <summary>Creates the result of a delivery for which every circuit is open.</summary>
    public static Execution Defer(string provider, TimeSpan by) => new(provider, default, default, null, by);

    /// <summary>
    /// Gets the result of a delivery that was not attempted because its lease has ended or could end during the attempt. Nothing
    /// is settled: another worker may have the delivery.
    /// </summary>
    public static Execution TooLate { get; } = new("", default, default, null, TimeSpan.Zero);

    /// <summary>Creates the attempt for the delivery's history; null if none was made.</summary>
    public Attempt? ToAttempt() =>
        Outcome is null
            ? null
            : new Attempt
            {
                Provider = Provider,
                StartedAt = StartedAt,
                Duration = Duration,
                Outcome = Outcome.Kind,
                Reason = Outcome.Reason,
                ProviderMessageId = Outcome.ProviderMessageId,
                Cost = Outcome.Cost,
            };
}
