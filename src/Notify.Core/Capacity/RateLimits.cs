using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// The rate limiters of providers and tenants. With an <see cref="ISharedRateLimits"/> all processes share each rate; without
/// one, each process has the whole rate.
/// </summary>
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

    /// <summary>Gets the limiter of a provider. Without a configured rate it limits only once the vendor throttles.</summary>
    public AdaptiveRateLimiter GetProviderLimiter(string provider) =>
        _providers.GetOrAdd(provider, name => CreateLimiter($"provider:{name}", providerOptions.Get(name).MaxPerSecond));

    /// <summary>Gets the limiter of a tenant; null if tenants are not limited.</summary>
    public AdaptiveRateLimiter? FindTenantLimiter(string tenant) =>
        options.Value.MaxPerSecondPerTenant is { } limit
            ? _tenants.GetOrAdd(tenant, name => CreateLimiter($"tenant:{name}", limit))
            : null;

    private AdaptiveRateLimiter CreateLimiter(string limit, double? maxPerSecond) =>
        new(maxPerSecond, time, CreateSharedPermits(limit, maxPerSecond));

    private SharedPermits? CreateSharedPermits(string limit, double? maxPerSecond) =>
        _shared is not null && maxPerSecond is { } perSecond
            ? new SharedPermits(_shared, limit, perSecond, options.Value.PollInterval, signal, time, logger)
            : null;
}
