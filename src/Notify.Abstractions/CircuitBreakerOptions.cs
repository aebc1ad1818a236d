using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// When the circuit of a failing provider opens, and for how long. While it is open, deliveries go to the channel's next provider
/// or wait in the store. The names are those of Polly's circuit breaker.
/// </summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>
    /// Gets or sets the share of attempts that must fail because of the provider before its circuit opens. 0.01 to 1; default
    /// 0.5.
    /// </summary>
    [Range(0.01, 1)]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>
    /// Gets or sets the fewest attempts within <see cref="SamplingDuration"/> by which the provider is judged. 2 to 10,000;
    /// default 10.
    /// </summary>
    [Range(2, 10_000)]
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>
    /// Gets or sets the time over which attempts are counted. 500 ms to 10 minutes; default 30 seconds.
    /// </summary>
    [TimeRange("00:00:00.500", "00:10:00")]
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long the circuit stays open. 500 ms to 1 hour; default 15 seconds.</summary>
    [TimeRange("00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);
}
