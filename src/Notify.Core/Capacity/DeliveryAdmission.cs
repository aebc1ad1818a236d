using System.Collections.Concurrent;
using Notify.Core.Providers;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Capacity;

/// <summary>
/// Says what this process may take on now: as many deliveries as there are slots, permits and healthy providers for. What is
/// not admitted stays in the store, where waiting costs no thread, no memory and no attempt.
/// </summary>
internal sealed class DeliveryAdmission(DeliverySlots slots, RateLimits limits, ProviderHealth health, ProviderCatalog catalog)
    : IDeliveryRoom
{
    private readonly ConcurrentDictionary<string, int> _allowed = new(StringComparer.Ordinal);

    public event Action? Freed
    {
        add => slots.Freed += value;
        remove => slots.Freed -= value;
    }

    public int GetFree(Priority priority)
    {
        var most = 0;
        foreach (var provider in catalog.All)
        {
            if (!MustWait(provider.Name))
                most = Math.Max(
                    most,
                    Math.Min(slots.CountFree(provider.Name, priority), limits.OfProvider(provider.Name).Permits)
                );
        }

        return most;
    }

    public bool TryAdmit(Delivery delivery)
    {
        if (MustWait(delivery.Provider) || !slots.TryTake(delivery))
            return false;

        var ofProvider = limits.OfProvider(delivery.Provider);
        if (ofProvider.AttemptAcquire().IsAcquired)
        {
            if (limits.OfTenant(delivery.Tenant)?.AttemptAcquire().IsAcquired != false)
                return true;
            ofProvider.GiveBack(1);
        }

        slots.Release(delivery);
        return false;
    }

    public LeaseQuota[] TakeQuotas(IEnumerable<string> providers) =>
        [.. providers.Where(provider => !MustWait(provider)).SelectMany(TakeQuotas)];

    public void LookAgain() => slots.LookAgain();

    /// <summary>
    /// Takes a tenant's permits for the lease at hand, of which <see cref="Fill"/> gives back what it did not use, and counts the
    /// slots that the tenant may have.
    /// </summary>
    public int GetAllowance(LeaseQuota quota, string tenant)
    {
        var allowed = slots.CountAllowed(quota, tenant);
        if (limits.OfTenant(tenant) is not { } ofTenant)
            return allowed;

        var permits = ofTenant.TakeAll();
        _allowed.AddOrUpdate(tenant, permits, (_, before) => before + permits);
        return Math.Min(allowed, permits);
    }

    /// <summary>Says what the quotas were filled with; the rest is free again.</summary>
    public void Fill(LeaseQuota[] quotas, IReadOnlyList<Lease> leases)
    {
        foreach (var quota in quotas)
        {
            var leased = slots.Fill(quota, leases);
            limits.OfProvider(quota.Provider).GiveBack(quota.Max - leased, used: leased);
        }

        foreach (var (tenant, permits) in _allowed)
        {
            var leased = leases.Count(lease => lease.Delivery.Tenant == tenant);
            limits.OfTenant(tenant)!.GiveBack(permits - leased, used: leased);
        }

        _allowed.Clear();
    }

    // Permits are taken before the queue is asked, so that a trigger that comes meanwhile cannot have them as well.
    private LeaseQuota[] TakeQuotas(string provider)
    {
        var permits = limits.OfProvider(provider).TakeAll();
        LeaseQuota[] quotas = [.. slots.TakeQuotas(provider, permits)];
        limits.OfProvider(provider).GiveBack(permits - quotas.Sum(quota => quota.Max));
        return quotas;
    }

    // With another provider in the channel a delivery is leased all the same, and moves there.
    private bool MustWait(string provider) =>
        health.GetCircuit(provider).OpenFor > TimeSpan.Zero
        && catalog.Find(provider) is { } known
        && catalog.GetProviders(known.Channel).Count == 1;
}
