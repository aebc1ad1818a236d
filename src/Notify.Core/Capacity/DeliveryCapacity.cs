using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Core.Queue;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Capacity;

/// <summary>
/// Combines slots, permits and provider health into the number of deliveries that this process can take now. Every other delivery
/// stays in the store, where waiting costs no thread, no memory and no attempt.
/// </summary>
/// <remarks>
/// Slots are counted per provider (<see cref="ProviderSlots"/>): they keep the backlog out of memory, and keep a slow provider
/// from holding the slots that a fast one could use. Permits come from <see cref="RateLimits"/>.
/// </remarks>
internal sealed class DeliveryCapacity(
    RateLimits limits,
    ProviderHealth health,
    ProviderPauses pauses,
    ProviderCatalog catalog,
    ProviderRouter router,
    IOptions<NotificationsOptions> options,
    IOptionsMonitor<ProviderOptions> providerOptions,
    WorkSignal signal
) : IDeliverySlots
{
    private readonly ConcurrentDictionary<string, ProviderSlots> _slots = new(StringComparer.Ordinal);

    /// <summary>
    /// The permits that <see cref="ReserveForTenant"/> took for the current lease request. Only one lease request runs at a time,
    /// and a store may call back from any thread.
    /// </summary>
    private readonly ConcurrentDictionary<string, int> _tenantPermits = new(StringComparer.Ordinal);

    /// <summary>Raised when there may be more free slots, or permits, than before.</summary>
    public event Action? Freed;

    public int CountFree(Priority priority)
    {
        var most = 0;
        foreach (var provider in catalog.All)
        {
            if (!IsBlocked(provider.Name))
                most = Math.Max(
                    most,
                    Math.Min(
                        GetSlots(provider.Name).CountFree(priority),
                        limits.GetProviderLimiter(provider.Name).CountAvailable()
                    )
                );
        }

        return most;
    }

    /// <summary>
    /// Takes a slot and the permits for a delivery that was just triggered or hinted at; takes nothing if any of them is missing.
    /// There is no slot while the delivery's lane has a backlog, which is older and goes first, or while its tenant holds its
    /// share.
    /// </summary>
    public bool TryTake(Delivery delivery)
    {
        if (IsBlocked(delivery.Provider) || !GetSlots(delivery.Provider).TryTake(delivery.Priority, delivery.Tenant))
            return false;

        var providerLimiter = limits.GetProviderLimiter(delivery.Provider);
        if (providerLimiter.TryTake())
        {
            if (limits.FindTenantLimiter(delivery.Tenant)?.TryTake() != false)
                return true;
            providerLimiter.GiveBack(1);
        }

        Release(delivery);
        return false;
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

    /// <summary>
    /// Reserves slots and permits of the providers for one lease request. Pass the result to <see cref="ReleaseUnused"/> once the
    /// request has ended, even if it failed.
    /// </summary>
    public LeaseSlots[] ReserveSlots(IEnumerable<string> providers) =>
        [.. providers.Where(provider => !IsBlocked(provider)).SelectMany(ReserveSlots)];

    /// <summary>Allows lanes that were found empty to be probed again.</summary>
    public void ResetProbes()
    {
        foreach (var slots in _slots.Values)
            slots.ResetProbes();
        Freed?.Invoke();
    }

    /// <summary>
    /// Reserves a tenant's permits for the current lease request and computes how many of the tenant's deliveries it may bring.
    /// <see cref="ReleaseUnused"/> gives back the permits that were not used.
    /// </summary>
    public int ReserveForTenant(LeaseSlots slots, string tenant)
    {
        var share = GetSlots(slots.Provider).LimitTenant(slots, tenant);
        if (limits.FindTenantLimiter(tenant) is not { } tenantLimiter)
            return share;

        // A tenant with deliveries in several lanes is asked about once per lane. The first call takes every permit, so the later
        // ones usually find none; together they never exceed the tenant's rate.
        var permits = tenantLimiter.TakeAll();
        _tenantPermits.AddOrUpdate(tenant, permits, (_, before) => before + permits);
        return Math.Min(share, permits);
    }

    /// <summary>Ends a lease request: records what was leased and releases the slots and permits that were not used.</summary>
    public void ReleaseUnused(LeaseSlots[] reserved, IReadOnlyList<Lease> leases)
    {
        foreach (var slots in reserved)
        {
            var leased = GetSlots(slots.Provider).ReleaseUnused(slots, leases);
            if (leased < slots.Max)
                Freed?.Invoke();
            limits.GetProviderLimiter(slots.Provider).GiveBack(slots.Max - leased, used: leased);
        }

        foreach (var (tenant, permits) in _tenantPermits)
        {
            var leased = leases.Count(lease => lease.Delivery.Tenant == tenant);
            limits.FindTenantLimiter(tenant)!.GiveBack(permits - leased, used: leased);
        }

        _tenantPermits.Clear();
    }

    // Permits are taken before deliveries are requested from the queue. Otherwise a trigger that arrives while the request is in
    // flight could use the same permits, and the provider would be called faster than its rate allows.
    private LeaseSlots[] ReserveSlots(string provider)
    {
        var permits = limits.GetProviderLimiter(provider).TakeAll();
        LeaseSlots[] reserved = [.. GetSlots(provider).ReserveSlots(provider, permits)];
        limits.GetProviderLimiter(provider).GiveBack(permits - reserved.Sum(slots => slots.Max));
        return reserved;
    }

    // The deliveries of a provider that is paused, or whose circuit is open, stay in the store, unless its channel has another
    // provider: then they are leased anyway, and the executor moves them there.
    private bool IsBlocked(string provider) =>
        pauses.IsPaused(provider)
            ? router.GetAlternatives(provider).All(other => pauses.IsPaused(other.Name))
            : health.GetCircuit(provider).OpenFor > TimeSpan.Zero
                && catalog.Find(provider) is { } known
                && catalog.GetProviders(known.Channel).Count == 1;

    private ProviderSlots GetSlots(string provider) => _slots.GetOrAdd(provider, name =>
        {
            var configured = providerOptions.Get(name);
            return new ProviderSlots(
                configured.MaxConcurrency ?? options.Value.MaxConcurrencyPerProvider,
                configured.ShareSlotsAmongTenants == true
            );
        });
}
