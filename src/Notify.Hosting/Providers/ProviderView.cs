using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Notify.Hosting.Providers;

/// <summary>A provider, as the API shows it.</summary>
internal sealed record ProviderView(
    string Name,
    string Channel,
    bool Paused,
    DateTimeOffset? PausedAt,
    [property: Description("The configured rate limit in messages per second. Missing without one.")] double? MaxPerSecond,
    [property: Description("The processes that attempted deliveries with the provider in the last minutes.")]
        IReadOnlyList<ProviderActivityView> Processes
)
{
    public static ProviderView Create(ProviderState provider) =>
        new(
            provider.Name,
            provider.Channel.Name,
            provider.PausedAt is not null,
            provider.PausedAt,
            provider.MaxPerSecond,
            [.. provider.Processes.Select(ProviderActivityView.Create)]
        );
}

/// <summary>How a provider does in one process. The figures are of the last 5 to 10 minutes.</summary>
internal sealed record ProviderActivityView(
    [property: Description("The machine and the process ID.")] string Process,
    DateTimeOffset At,
    [property: Description("Missing while the circuit is closed.")] DateTimeOffset? CircuitOpenUntil,
    long Sent,
    [property: Description("Attempts that are to be repeated.")] long Retried,
    [property: Description("Attempts that the vendor rejected, or whose answer was lost.")] long Failed,
    [property: Description("Durations of attempts in milliseconds. Missing without an attempt.")] LatencyView? Latency
)
{
    public static ProviderActivityView Create(ProviderActivity activity) =>
        new(
            activity.Process,
            activity.At,
            activity.CircuitOpenUntil,
            activity.Sent,
            activity.Retried,
            activity.Failed,
            activity.Latency is { } latency ? LatencyView.Create(latency) : null
        );
}

/// <summary>Durations of attempts, in milliseconds.</summary>
internal sealed record LatencyView(long P50, long P95, long P99)
{
    public static LatencyView Create(LatencyPercentiles latency) =>
        new(Round(latency.P50), Round(latency.P95), Round(latency.P99));

    private static long Round(TimeSpan duration) => (long)Math.Round(duration.TotalMilliseconds);
}

/// <summary>All providers.</summary>
internal sealed record ProvidersView(IReadOnlyList<ProviderView> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ProviderView))]
[JsonSerializable(typeof(ProvidersView))]
internal sealed partial class ProvidersJson : JsonSerializerContext;
