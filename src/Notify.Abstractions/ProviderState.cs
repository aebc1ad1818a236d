namespace Notify;

/// <summary>A provider, and its activity in the processes that use it.</summary>
public sealed record ProviderState
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets the time at which the provider was paused; null if it is not paused.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Gets the configured rate limit in messages per second; null for none.</summary>
    public double? MaxPerSecond { get; init; }

    /// <summary>Gets the processes that attempted deliveries with the provider in the last minutes.</summary>
    public IReadOnlyList<ProviderActivity> Processes { get; init; } = [];
}

/// <summary>The activity of a provider in one process. The counts and durations are of the last 5 to 10 minutes.</summary>
public sealed record ProviderActivity
{
    /// <summary>Gets the name of the process: the machine and the process ID.</summary>
    public required string Process { get; init; }

    /// <summary>Gets the time of these figures.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the time until which the circuit is open; null if it is closed.</summary>
    public DateTimeOffset? CircuitOpenUntil { get; init; }

    /// <summary>Gets the number of attempts whose message was sent.</summary>
    public long Sent { get; init; }

    /// <summary>Gets the number of attempts that are to be repeated.</summary>
    public long Retried { get; init; }

    /// <summary>Gets the number of attempts that the vendor rejected, or whose answer was lost.</summary>
    public long Failed { get; init; }

    /// <summary>Gets the durations of the attempts; null without any.</summary>
    public LatencyPercentiles? Latency { get; init; }
}

/// <summary>The durations within which 50, 95 and 99 of 100 attempts ended, to about 9 %.</summary>
public sealed record LatencyPercentiles
{
    /// <summary>Gets the median.</summary>
    public required TimeSpan P50 { get; init; }

    /// <summary>Gets the 95th percentile.</summary>
    public required TimeSpan P95 { get; init; }

    /// <summary>Gets the 99th percentile.</summary>
    public required TimeSpan P99 { get; init; }
}
