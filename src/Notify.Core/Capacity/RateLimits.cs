using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>The rates of providers and tenants: of this process, or of all where they have a count in common.</summary>
internal sealed class RateLimits(
    IEnumerable<ISharedRateLimits> shared,
    IOptionsMonitor<ProviderOptions> providerOptions,
    IOptions<NotificationsOptions> options,
    WorkSignal signal,
    TimeProvider time,
    ILogger<RateLimits> logger
)
{
    private readonly ConcurrentDictionary<string, AdaptiveRateLimiter> _providers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AdaptiveRateLimiter> _tenants = new(StringComparer.Ordinal);
    private readonly ISharedRateLimits? _shared = shared.LastOrDefault();

    public AdaptiveRateLimiter OfProvider(string provider) =>
        _providers.GetOrAdd(provider, name => Limiter($"provider:{name}", providerOptions.Get(name).MaxPerSecond));

    /// <summary>Null when tenants are not limited.</summary>
    public AdaptiveRateLimiter? OfTenant(string tenant) =>
        options.Value.MaxPerSecondPerTenant is { } limit
            ? _tenants.GetOrAdd(tenant, name => Limiter($"tenant:{name}", limit))
            : null;

    private AdaptiveRateLimiter Limiter(string limit, double? maxPerSecond) =>
        new(maxPerSecond, time, Permits(limit, maxPerSecond));

    private SharedPermits? Permits(string limit, double? maxPerSecond) =>
        _shared is not null && maxPerSecond is { } perSecond
            ? new SharedPermits(_shared, limit, perSecond, options.Value.PollInterval, signal, time, logger)
            : null;
}
