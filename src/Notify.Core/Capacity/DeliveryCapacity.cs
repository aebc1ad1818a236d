using System.Collections.Concurrent;
using Notify.Core.Providers;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Capacity;

/// <summary>
/// Combines slots, permits and provider health into the number of deliveries that this process can take now. Every other delivery
/// stays in the store, where waiting costs no thread, no memory and no attempt.
/// </summary>
internal sealed class DeliveryCapacity(DeliverySlots slots, RateLimits limits, ProviderHealth health, ProviderCatalog catalog)
    : IDeliverySlots
{
    /// <summary>
    /// The permits that <see cref="ReserveForTenant"/> took for the current lease request. Only one lease request runs at a time,
    /// and a store may call back from any thread.
    /// </summary>
    private readonly ConcurrentDictionary<string, int> _tenantPermits = new(StringComparer.Ordinal);

    public event Action? Freed
    {
        add => slots.Freed += value;
        remove => slots.Freed -= value;
    }

    public int CountFree(Priority priority)
    {
        var most = 0;
        foreach (var provider in catalog.All)
        {
            if (!IsBlocked(provider.Name))
                most = Math.Max(
                    most,
                    Math.Min(slots.CountFree(provider.Name, priority), limits.GetProviderLimiter(provider.Name).AvailablePermits)
                );
        }

        return most;
    }

    /// <summary>Takes a slot and the permits for one delivery; takes nothing when any of them is missing.</summary>
    public bool TryTake(Delivery delivery)
    {
        if (IsBlocked(delivery.Provider) || !slots.TryTake(delivery))
            return false;

        var providerLimiter = limits.GetProviderLimiter(delivery.Provider);
        if (providerLimiter.AttemptAcquire().IsAcquired)
        {
            if (limits.FindTenantLimiter(delivery.Tenant)?.AttemptAcquire().IsAcquired != false)
                return true;
            providerLimiter.GiveBack(1);
        }

        slots.Release(delivery);
        return false;
    }

    /// <summary>
    /// Reserves slots and permits of the providers for one lease request. Pass the result to <see cref="ReleaseUnused"/> once the
    /// request has ended, even if it failed.
    /// </summary>
    public LeaseQuota[] ReserveQuotas(IEnumerable<string> providers) =>
        [.. providers.Where(provider => !IsBlocked(provider)).SelectMany(ReserveQuotas)];

    /// <summary>Allows lanes that were found empty to be probed again.</summary>
    public void ResetProbes() => slots.ResetProbes();

    /// <summary>
    /// Reserves a tenant's permits for the current lease request and computes how many of the tenant's deliveries it may bring.
    /// <see cref="ReleaseUnused"/> gives back the permits that were not used.
    /// </summary>
    public int ReserveForTenant(LeaseQuota quota, string tenant)
    {
        var share = slots.LimitTenant(quota, tenant);
        if (limits.FindTenantLimiter(tenant) is not { } tenantLimiter)
            return share;

        // A tenant with deliveries in several lanes is asked about once per lane. The first call takes every permit, so the later
        // ones usually find none; together they never exceed the tenant's rate.
        var permits = tenantLimiter.TakeAll();
        _tenantPermits.AddOrUpdate(tenant, permits, (_, before) => before + permits);
        return Math.Min(share, permits);
    }

    /// <summary>Ends a lease request: records what was leased and releases the slots and permits that were not used.</summary>
    public void ReleaseUnused(LeaseQuota[] quotas, IReadOnlyList<Lease> leases)
    {
        foreach (var quota in quotas)
        {
            var leased = slots.ReleaseUnused(quota, leases);
            limits.GetProviderLimiter(quota.Provider).GiveBack(quota.Max - leased, used: leased);
        }

        foreach (var (tenant, permits) in _tenantPermits)
        {
            var leased = leases.Count(lease => lease.Delivery.Tenant == tenant);
            limits.FindTenantLimiter(tenant)!.GiveBack(permits - leased, used: leased);
        }

        _tenantPermits.Clear();
    }

    // Permits are taken before the queue is asked. Otherwise a trigger that arrives while the request is in flight could use the
    // same permits, and the provider would be called faster than its rate allows.
    private LeaseQuota[] ReserveQuotas(string provider)
    {
        var permits = limits.GetProviderLimiter(provider).TakeAll();
        LeaseQuota[] quotas = [.. slots.ReserveQuotas(provider, permits)];
        limits.GetProviderLimiter(provider).GiveBack(permits - quotas.Sum(quota => quota.Max));
        return quotas;
    }

    // The deliveries of a provider whose circuit is open stay in the store, unless its channel has another provider: then they
    // are leased all the same, and the executor moves them there.
    private bool IsBlocked(string provider) =>
        health.GetCircuit(provider).OpenFor > TimeSpan.Zero
        && catalog.Find(provider) is { } known
        && catalog.GetProviders(known.Channel).Count == 1;
}
