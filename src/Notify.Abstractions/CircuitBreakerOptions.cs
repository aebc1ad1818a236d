using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// Options for the circuit breaker of a provider. While the circuit is open, deliveries go to the channel's next provider or wait
/// in the store. The option names are those of Polly's circuit breaker.
/// </summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>
    /// Gets or sets the ratio of attempts that must fail because of the provider before its circuit opens. 0.01 to 1; default
    /// 0.5.
    /// </summary>
    [Range(0.01, 1)]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>
    /// Gets or sets the minimum number of attempts within <see cref="SamplingDuration"/> before the circuit can open. 2 to
    /// 10,000; default 10.
    /// </summary>
    [Range(2, 10_000)]
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>
    /// Gets or sets the period over which the failure ratio is measured. 500 ms to 10 minutes; default 30 seconds.
    /// </summary>
    [TimeRange("00:00:00.500", "00:10:00")]
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long the circuit stays open. 500 ms to 1 hour; default 15 seconds.</summary>
    [TimeRange("00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);
}
