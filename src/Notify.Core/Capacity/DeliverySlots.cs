using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// Limits how many deliveries this process holds per provider. The limit keeps the backlog in the store instead of in memory, and
/// keeps a slow provider from holding the slots that a fast one could use.
/// </summary>
internal sealed class DeliverySlots(
    IOptions<NotificationsOptions> options,
    IOptionsMonitor<ProviderOptions> providerOptions,
    WorkSignal signal
)
{
    private readonly ConcurrentDictionary<string, ProviderSlots> _providers = new(StringComparer.Ordinal);

    /// <summary>Raised when there may be more free slots, or permits, than before.</summary>
    public event Action? Freed;

    /// <summary>
    /// Takes a slot for a delivery that was just triggered or hinted at. Fails while the lane has a backlog, which is older and
    /// goes first, and while the tenant already holds its share.
    /// </summary>
    public bool TryTake(Delivery delivery) => GetSlots(delivery.Provider).TryTake(delivery.Priority, delivery.Tenant);

    /// <summary>
    /// Reserves at most <paramref name="most"/> free slots for the next lease request and divides them among the lanes.
    /// </summary>
    public IEnumerable<LeaseQuota> ReserveQuotas(string provider, int most) => GetSlots(provider).ReserveQuotas(provider, most);

    /// <summary>Computes how many deliveries of a tenant may be leased for a quota.</summary>
    public int LimitTenant(LeaseQuota quota, string tenant) => GetSlots(quota.Provider).LimitTenant(quota, tenant);

    /// <summary>Records which deliveries were leased for a quota, and releases the rest of its slots.</summary>
    /// <returns>How many of the leases belong to the quota.</returns>
    public int ReleaseUnused(LeaseQuota quota, IReadOnlyList<Lease> leases)
    {
        var leased = GetSlots(quota.Provider).ReleaseUnused(quota, leases);
        if (leased < quota.Max)
            Freed?.Invoke();
        return leased;
    }

    /// <summary>Counts how many deliveries of a lane <see cref="TryTake"/> would accept now.</summary>
    public int CountFree(string provider, Priority priority) => GetSlots(provider).CountFree(priority);

    /// <summary>Allows lanes that were found empty to be probed again.</summary>
    public void ResetProbes()
    {
        foreach (var provider in _providers.Values)
            provider.ResetProbes();
        Freed?.Invoke();
    }

    /// <summary>Releases a delivery's slot, and wakes the worker if there may be a delivery for it.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="leavesWork">
    /// Whether this delivery, or another in its place, may be due in the store. If not, lanes that were found empty are not
    /// probed again because of this slot: otherwise a busy process would query the store after every delivery.
    /// </param>
    public void Release(Delivery delivery, bool leavesWork = true)
    {
        var isAwaited = GetSlots(delivery.Provider).Release(delivery.Priority, delivery.Tenant);
        if (leavesWork)
            signal.Set();
        else if (isAwaited)
            signal.SetFreeSlot();
        Freed?.Invoke();
    }

    private ProviderSlots GetSlots(string provider) => _providers.GetOrAdd(provider, name =>
        {
            var configured = providerOptions.Get(name);
            return new ProviderSlots(
                configured.MaxConcurrency ?? options.Value.MaxConcurrencyPerProvider,
                configured.ShareSlotsAmongTenants == true
            );
        });
}
