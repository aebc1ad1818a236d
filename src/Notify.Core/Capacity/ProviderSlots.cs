using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// One provider's slots, shared by its three lanes (high, normal, bulk). Lanes with a backlog get slots by weight, in smooth
/// weighted round robin, which serves a light lane regularly instead of in bursts. A lighter lane never takes the last slots, so
/// a heavier lane always finds some free.
/// </summary>
/// <remarks>
/// <para>
/// A process does not know what the store holds, so a lane without a known backlog is probed: a lease request asks for a few of
/// its deliveries, and for twice as many the next time as long as the request is filled. Slots that are reserved for a probe
/// cannot be used by new triggers, which is why a probe starts small. A lane that a probe found empty
/// (<see cref="SlotLane.WasFoundEmpty"/>) is not probed again until something may have changed. Once probes are filled at half of
/// the provider's slots, or cannot get the slots that they want, the lane counts as having a backlog
/// (<see cref="SlotLane.HasBacklog"/>).
/// </para>
/// <para>
/// Tenants may have to share too (<see cref="ProviderOptions.ShareSlotsAmongTenants"/>). A tenant then holds at most
/// <see cref="HeldForEachFree"/> slots for each slot that is free. This limit moves with the load (dynamic thresholds, as network
/// switches use them to share buffers): a single tenant gets nearly all slots, two tenants nearly half each, and some slots
/// always stay free for a tenant that has none yet.
/// </para>
/// </remarks>
internal sealed class ProviderSlots
{
    /// <summary>
    /// How many slots a tenant may hold for each slot that is free. With 8, one busy tenant leaves a ninth of the slots free, and
    /// two leave a seventeenth.
    /// </summary>
    private const int HeldForEachFree = 8;

    /// <summary>
    /// The divisor of the slots that gives the size of the first probe. While a probe is in flight, new triggers cannot use its
    /// slots. They would have to wait in the store, and each of them would make another probe necessary.
    /// </summary>
    private const int FirstProbeDivisor = 16;

    /// <summary>The divisor of the slots that gives the size of a probe which shows a backlog if it is filled.</summary>
    private const int BacklogProbeDivisor = 2;

    private readonly Lock _lock = new();
    private readonly SlotLane[] _lanes;
    private readonly int _limit;
    private readonly TenantSlots? _tenants;

    public ProviderSlots(int limit, bool areSharedAmongTenants)
    {
        _limit = limit;
        _tenants = areSharedAmongTenants ? new TenantSlots(HeldForEachFree) : null;
        _lanes =
        [
            new SlotLane(Priority.High, weight: 16, limit) { ProbeSize = FirstProbeSize },
            new SlotLane(Priority.Normal, weight: 4, Math.Max(1, limit * 9 / 10)) { ProbeSize = FirstProbeSize },
            new SlotLane(Priority.Bulk, weight: 1, Math.Max(1, limit * 3 / 4)) { ProbeSize = FirstProbeSize },
        ];
    }

    private int FirstProbeSize => Math.Max(1, _limit / FirstProbeDivisor);

    /// <summary>Takes a slot for a new delivery, unless older deliveries of its lane wait for one.</summary>
    public bool TryTake(Priority priority, string tenant)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)priority];
            if (!lane.HasBacklog && _tenants?.LimitToShare(lane, tenant, CountFree(lane), wanted: 1) != 0 && TryTake(lane))
            {
                _tenants?.Take(tenant);
                return true;
            }

            // The delivery now waits in the store, so the lane is known not to be empty.
            lane.WasFoundEmpty = false;
            return false;
        }
    }

    /// <summary>Counts the slots that new deliveries of a lane could take.</summary>
    public int CountFree(Priority priority)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)priority];
            return lane.HasBacklog ? 0 : CountFree(lane);
        }
    }

    /// <summary>
    /// Computes how many deliveries of a tenant may be leased for slots that are already reserved;
    /// <see cref="int.MaxValue"/> for any number.
    /// </summary>
    public int LimitTenant(LeaseSlots slots, string tenant)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)slots.Priority];
            return _tenants?.LimitToShare(lane, tenant, CountFree(lane) + slots.Max, slots.Max) ?? int.MaxValue;
        }
    }

    /// <summary>Releases the slot of one delivery.</summary>
    /// <returns>Whether a lane may have a delivery for the slot.</returns>
    public bool Release(Priority priority, string tenant)
    {
        lock (_lock)
        {
            _lanes[(int)priority].Taken--;
            var isAwaited = _tenants?.Release(tenant, _lanes) == true;
            foreach (var lane in _lanes)
            {
                if (lane.HasBacklog || !lane.WasFoundEmpty)
                    return true;
            }

            return isAwaited;
        }
    }

    /// <summary>
    /// Reserves at most <paramref name="most"/> slots for a lease request: first for probes, then for lanes with a backlog by
    /// weight.
    /// </summary>
    public List<LeaseSlots> ReserveSlots(string provider, int most)
    {
        var result = new List<LeaseSlots>(_lanes.Length);
        lock (_lock)
        {
            Span<int> reserved = stackalloc int[_lanes.Length];
            reserved.Clear();
            most -= ReserveProbes(reserved, most);
            for (; most > 0 && TakeNextByWeight() is { } lane; most--)
                reserved[(int)lane.Priority]++;

            foreach (var lane in _lanes)
            {
                if (reserved[(int)lane.Priority] is > 0 and var max)
                    result.Add(new LeaseSlots(lane.Priority, provider, max));
            }
        }

        return result;
    }

    /// <summary>Records which deliveries were leased for reserved slots, and releases the other slots.</summary>
    /// <returns>The number of leases that the slots were used for.</returns>
    public int ReleaseUnused(LeaseSlots slots, IReadOnlyList<Lease> leases)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)slots.Priority];
            var leased = 0;
            foreach (var lease in leases)
            {
                if (lease.Delivery.Provider != slots.Provider || lease.Delivery.Priority != slots.Priority)
                    continue;
                leased++;
                _tenants?.Take(lease.Delivery.Tenant);
            }

            lane.Taken -= slots.Max - leased;
            lane.WasFoundEmpty = leased < slots.Max;
            // Slots that were all used show a backlog in two cases: there were fewer than the probe was meant to have, because
            // too few were free or lanes with a backlog had them, or there were enough of them to show one.
            lane.HasBacklog = !lane.WasFoundEmpty && (slots.Max < lane.ProbeSize || slots.Max >= _limit / BacklogProbeDivisor);
            // The lane may also have come out empty because a tenant had reached its share. That tenant's deliveries still wait,
            // so the next probe need not start small.
            lane.ProbeSize =
                lane.WasFoundEmpty && lane.WaitingTenants.Count == 0 ? FirstProbeSize : Math.Min(lane.ProbeSize * 2, _limit);
            return leased;
        }
    }

    /// <summary>Allows lanes that were found empty to be probed again.</summary>
    public void ResetProbes()
    {
        lock (_lock)
        {
            foreach (var lane in _lanes)
                lane.WasFoundEmpty = false;
        }
    }

    // Called under the lock. Reserves the slots of the lanes that have no known backlog. While another lane has a backlog, a
    // probe gets one slot, so that it does not withhold slots from deliveries that are known to wait. If there are too few slots
    // for all probes, the lanes that were found empty are skipped (WasFoundEmpty) until each of the others has had its turn.
    private int ReserveProbes(Span<int> reserved, int most)
    {
        var hasBacklog = HasBacklog();
        var total = 0;
        foreach (var lane in _lanes)
        {
            var size = hasBacklog ? 1 : lane.ProbeSize;
            for (
                ;
                lane is { HasBacklog: false, WasFoundEmpty: false }
                    && reserved[(int)lane.Priority] < size
                    && total < most
                    && TryTake(lane);
                total++
            )
                reserved[(int)lane.Priority]++;
        }

        return total;
    }

    // Called under the lock. Takes one slot for the lane whose turn it is: every candidate gains its weight, the one with the
    // highest current weight is chosen, and it pays the total. Over time each lane is chosen in proportion to its weight.
    private SlotLane? TakeNextByWeight()
    {
        SlotLane? next = null;
        var total = 0;
        foreach (var lane in _lanes)
        {
            if (!lane.HasBacklog || !HasFreeSlot(lane))
                continue;

            total += lane.Weight;
            lane.CurrentWeight += lane.Weight;
            if (next is null || lane.CurrentWeight > next.CurrentWeight)
                next = lane;
        }

        if (next is null || !TryTake(next))
            return null;
        next.CurrentWeight -= total;
        return next;
    }

    private bool HasBacklog()
    {
        foreach (var lane in _lanes)
        {
            if (lane.HasBacklog)
                return true;
        }

        return false;
    }

    // A lane's limit applies to the slots held by itself and the lighter lanes. The slots of heavier lanes do not count:
    // otherwise those lanes could shut it out entirely.
    private bool HasFreeSlot(SlotLane lane) => CountTaken(lane.Priority) < lane.Limit && CountTaken(Priority.High) < _limit;

    private int CountFree(SlotLane lane) =>
        Math.Max(0, Math.Min(lane.Limit - CountTaken(lane.Priority), _limit - CountTaken(Priority.High)));

    private int CountTaken(Priority heaviest)
    {
        var taken = 0;
        for (var i = (int)heaviest; i < _lanes.Length; i++)
            taken += _lanes[i].Taken;
        return taken;
    }

    private bool TryTake(SlotLane lane)
    {
        if (!HasFreeSlot(lane))
            return false;
        lane.Taken++;
        return true;
    }
}
