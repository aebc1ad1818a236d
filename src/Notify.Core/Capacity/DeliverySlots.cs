using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// How many deliveries this process holds, per provider. The bound keeps the backlog in the store and not in memory, and
/// keeps a slow provider from holding what a fast one could send.
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
    /// Takes a slot for a delivery that was just triggered. Refused while its lane has a backlog, which came first, and while its
    /// tenant holds its share.
    /// </summary>
    public bool TryTake(Delivery delivery) => GetSlots(delivery.Provider).TryTake(delivery.Priority, delivery.Tenant);

    /// <summary>
    /// Takes free slots for the next lease, at most <paramref name="most"/>, and shares them out among the lanes.
    /// </summary>
    public IEnumerable<LeaseQuota> TakeQuotas(string provider, int most) => GetSlots(provider).TakeQuotas(provider, most);

    /// <summary>Counts how many deliveries of a tenant the lease for a quota may bring.</summary>
    public int CountAllowed(LeaseQuota quota, string tenant) => GetSlots(quota.Provider).CountAllowed(quota, tenant);

    /// <summary>Records which deliveries the queue filled a quota with. The rest of its slots is free again.</summary>
    /// <returns>How many of the leases are the quota's.</returns>
    public int Fill(LeaseQuota quota, IReadOnlyList<Lease> leases)
    {
        var leased = GetSlots(quota.Provider).Fill(quota, leases);
        if (leased < quota.Max)
            Freed?.Invoke();
        return leased;
    }

    /// <summary>Counts how many deliveries of a lane <see cref="TryTake"/> would take now.</summary>
    public int CountFree(string provider, Priority priority) => GetSlots(provider).CountFree(priority);

    /// <summary>Lets lanes that were found empty be looked into again.</summary>
    public void LookAgain()
    {
        foreach (var provider in _providers.Values)
            provider.LookAgain();
        Freed?.Invoke();
    }

    /// <summary>Gives a delivery's slot back, and wakes the worker if it may fill it.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="leavesWork">
    /// Whether the delivery may be due again, or another in its stead. Where it is not, lanes that were found empty are not
    /// looked into for each slot: a busy process would ask the store without pause.
    /// </param>
    public void Release(Delivery delivery, bool leavesWork = true)
    {
        var isAwaited = GetSlots(delivery.Provider).Release(delivery.Priority, delivery.Tenant);
        if (leavesWork)
            signal.Set();
        else if (isAwaited)
            signal.SetRoom();
        Freed?.Invoke();
    }

    private ProviderSlots GetSlots(string provider) => _providers.GetOrAdd(provider, name =>
        {
            var ofProvider = providerOptions.Get(name);
            return new ProviderSlots(
                ofProvider.MaxConcurrency ?? options.Value.MaxConcurrencyPerProvider,
                ofProvider.ShareSlotsAmongTenants == true
            );
        });
}
