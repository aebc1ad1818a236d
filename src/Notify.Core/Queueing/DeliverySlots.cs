using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Notify.Queueing;

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
    /// Takes a slot for a delivery that was just triggered. Refused while its lane has a backlog, which came first.
    /// </summary>
    public bool TryTake(string provider, Priority priority) => Of(provider).TryTake(priority);

    /// <summary>Takes a slot for a delivery that this process was given, whether or not there is room.</summary>
    public void TakeBeyondLimit(string provider, Priority priority) => Of(provider).TakeBeyondLimit(priority);

    /// <summary>
    /// Takes free slots for the next lease, at most <paramref name="most"/>, and shares them out among the lanes.
    /// </summary>
    public IEnumerable<LeaseQuota> TakeQuotas(string provider, int most) => Of(provider).TakeQuotas(provider, most);

    /// <summary>Says how much of a quota the queue could fill; the rest is free again.</summary>
    public void Fill(LeaseQuota quota, int leased)
    {
        Of(quota.Provider).Fill(quota, leased);
        if (leased < quota.Max)
            Freed?.Invoke();
    }

    /// <summary>How many deliveries of a lane <see cref="TryTake"/> would take now.</summary>
    public int FreeOf(string provider, Priority priority) => Of(provider).FreeOf(priority);

    /// <summary>Lets lanes that were found empty be looked into again.</summary>
    public void LookAgain()
    {
        foreach (var provider in _providers.Values)
            provider.LookAgain();
        Freed?.Invoke();
    }

    /// <summary>Gives a slot back, and wakes the worker if it may fill it.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="priority">The lane.</param>
    /// <param name="leavesWork">
    /// Whether the delivery may be due again, or another in its stead. Where it is not, lanes that were found empty are not
    /// looked into for each slot: a busy process would ask the store without pause.
    /// </param>
    public void Release(string provider, Priority priority, bool leavesWork = true)
    {
        var isAwaited = Of(provider).Release(priority);
        if (leavesWork)
            signal.Set();
        else if (isAwaited)
            signal.SetRoom();
        Freed?.Invoke();
    }

    private ProviderSlots Of(string provider) =>
        _providers.GetOrAdd(provider, name => new ProviderSlots(
            providerOptions.Get(name).MaxConcurrency ?? options.Value.MaxConcurrencyPerProvider
        ));
}
