using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Notify.Delivering;

/// <summary>The rates of providers and tenants in this process.</summary>
internal sealed class RateLimits(IOptionsMonitor<ProviderOptions> providerOptions, IOptions<NotificationsOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AdaptiveRateLimiter> _providers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AdaptiveRateLimiter> _tenants = new(StringComparer.Ordinal);

    public AdaptiveRateLimiter OfProvider(string provider) =>
        _providers.GetOrAdd(provider, name => new AdaptiveRateLimiter(providerOptions.Get(name).MaxPerSecond, time));

    /// <summary>Null when tenants are not limited.</summary>
    public AdaptiveRateLimiter? OfTenant(string tenant) => options.Value.MaxPerSecondPerTenant is { } limit
        ? _tenants.GetOrAdd(tenant, _ => new AdaptiveRateLimiter(limit, time))
        : null;
}
