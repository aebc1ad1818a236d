using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// One provider's slots, shared by the lanes. Lanes with a backlog get slots by weight (smooth weighted round robin, which
/// serves the light lane regularly and not in bursts), and the heavier lanes always find some free: bulk never takes the last.
/// </summary>
/// <remarks>
/// Tenants may have to share as well (<see cref="ProviderOptions.ShareSlotsAmongTenants"/>). A tenant then holds at most
/// <see cref="HeldForEachFree"/> slots for each slot that is free, a limit that moves with the load (dynamic thresholds, as
/// switches share their buffers): a tenant that is alone has nearly all slots, two have nearly half each, and in every case some
/// slots stay free for a tenant that has none yet.
/// </remarks>
internal sealed class ProviderSlots
{
    /// <summary>
    /// How many slots a tenant may hold for each that is free. Eight leave a ninth of the slots free beside one tenant, and the
    /// seventeenth part beside two.
    /// </summary>
    private const int HeldForEachFree = 8;

    /// <summary>
    /// The part of the slots with which the first look into a lane is made, and each further one with twice as many. While a look
    /// lasts, what is triggered cannot have its slots and has to wait in the store, where it would make the next look necessary.
    /// </summary>
    private const int FirstLookPart = 16;

    /// <summary>The part of the slots that a lane fills when it has a backlog.</summary>
    private const int BacklogPart = 2;

    private readonly Lock _lock = new();
    private readonly Lane[] _lanes;
    private readonly int _limit;
    private readonly TenantSlots? _tenants;

    public ProviderSlots(int limit, bool areSharedAmongTenants)
    {
        _limit = limit;
        _tenants = areSharedAmongTenants ? new TenantSlots(HeldForEachFree) : null;
        _lanes =
        [
            new Lane(Priority.High, weight: 16, limit) { Look = FirstLook },
            new Lane(Priority.Normal, weight: 4, Math.Max(1, limit * 9 / 10)) { Look = FirstLook },
            new Lane(Priority.Bulk, weight: 1, Math.Max(1, limit * 3 / 4)) { Look = FirstLook },
        ];
    }

    private int FirstLook => Math.Max(1, _limit / FirstLookPart);

    public bool TryTake(Priority priority, string tenant)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)priority];
            if (!lane.HasBacklog && _tenants?.Allow(lane, tenant, FreeIn(lane), most: 1) != 0 && TryTake(lane))
            {
                _tenants?.Take(tenant);
                return true;
            }

            // What was refused waits in the store.
            lane.IsEmpty = false;
            return false;
        }
    }

    public int CountFree(Priority priority)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)priority];
            return lane.HasBacklog ? 0 : FreeIn(lane);
        }
    }

    /// <summary>
    /// Counts how many deliveries of a tenant a lease may bring, whose quota is taken already; <see cref="int.MaxValue"/> for any
    /// number.
    /// </summary>
    public int CountAllowed(LeaseQuota quota, string tenant)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)quota.Priority];
            return _tenants?.Allow(lane, tenant, FreeIn(lane) + quota.Max, quota.Max) ?? int.MaxValue;
        }
    }

    /// <returns>Whether a lane may have something to fill the slot with.</returns>
    public bool Release(Priority priority, string tenant)
    {
        lock (_lock)
        {
            _lanes[(int)priority].Taken--;
            var isAwaited = _tenants?.Release(tenant, _lanes) == true;
            foreach (var lane in _lanes)
            {
                if (lane.HasBacklog || !lane.IsEmpty)
                    return true;
            }

            return isAwaited;
        }
    }

    public List<LeaseQuota> TakeQuotas(string provider, int most)
    {
        var quotas = new List<LeaseQuota>(_lanes.Length);
        lock (_lock)
        {
            Span<int> granted = stackalloc int[_lanes.Length];
            granted.Clear();
            most -= LookIntoDryLanes(granted, most);
            for (; most > 0 && NextByWeight() is { } lane; most--)
                granted[(int)lane.Priority]++;

            foreach (var lane in _lanes)
            {
                if (granted[(int)lane.Priority] is > 0 and var max)
                    quotas.Add(new LeaseQuota(lane.Priority, provider, max));
            }
        }

        return quotas;
    }

    /// <summary>Records what a quota was filled with. The rest of its slots is free again.</summary>
    /// <returns>How many of the leases are the quota's.</returns>
    public int Fill(LeaseQuota quota, IReadOnlyList<Lease> leases)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)quota.Priority];
            var leased = 0;
            foreach (var lease in leases)
            {
                if (lease.Delivery.Provider != quota.Provider || lease.Delivery.Priority != quota.Priority)
                    continue;
                leased++;
                _tenants?.Take(lease.Delivery.Tenant);
            }

            lane.Taken -= quota.Max - leased;
            lane.IsEmpty = leased < quota.Max;
            // Fewer than were wanted: the slots did not suffice, or lanes with a backlog had them.
            lane.HasBacklog = !lane.IsEmpty && (quota.Max < lane.Look || quota.Max >= _limit / BacklogPart);
            // A tenant that waits for its own slots has a backlog, and the next look need not begin small.
            lane.Look = lane.IsEmpty && lane.Bounded.Count == 0 ? FirstLook : Math.Min(lane.Look * 2, _limit);
            return leased;
        }
    }

    public void LookAgain()
    {
        lock (_lock)
        {
            foreach (var lane in _lanes)
                lane.IsEmpty = false;
        }
    }

    // A lane that had nothing is looked into with few slots, so that it does not keep them from the lanes that have something.
    // Where there are too few slots for all, those found empty are passed over until every lane has had its look.
    private int LookIntoDryLanes(Span<int> granted, int most)
    {
        var areAllDry = AllDry();
        var total = 0;
        foreach (var lane in _lanes)
        {
            var look = areAllDry ? lane.Look : 1;
            for (
                ;
                lane is { HasBacklog: false, IsEmpty: false }
                    && granted[(int)lane.Priority] < look
                    && total < most
                    && TryTake(lane);
                total++
            )
                granted[(int)lane.Priority]++;
        }

        return total;
    }

    private Lane? NextByWeight()
    {
        Lane? next = null;
        var total = 0;
        foreach (var lane in _lanes)
        {
            if (!lane.HasBacklog || !HasRoom(lane))
                continue;

            total += lane.Weight;
            lane.Credit += lane.Weight;
            if (next is null || lane.Credit > next.Credit)
                next = lane;
        }

        if (next is null || !TryTake(next))
            return null;
        next.Credit -= total;
        return next;
    }

    private bool AllDry()
    {
        foreach (var lane in _lanes)
        {
            if (lane.HasBacklog)
                return false;
        }

        return true;
    }

    // A lane's limit is for itself and the lighter ones. What heavier lanes hold does not count: they would shut it out.
    private bool HasRoom(Lane lane) => TakenFrom(lane.Priority) < lane.Limit && TakenFrom(Priority.High) < _limit;

    private int FreeIn(Lane lane) =>
        Math.Max(0, Math.Min(lane.Limit - TakenFrom(lane.Priority), _limit - TakenFrom(Priority.High)));

    private int TakenFrom(Priority heaviest)
    {
        var taken = 0;
        for (var i = (int)heaviest; i < _lanes.Length; i++)
            taken += _lanes[i].Taken;
        return taken;
    }

    private bool TryTake(Lane lane)
    {
        if (!HasRoom(lane))
            return false;
        lane.Taken++;
        return true;
    }

    /// <summary>The slots of one lane.</summary>
    internal sealed class Lane(Priority priority, int weight, int limit)
    {
        public Priority Priority { get; } = priority;

        public int Weight { get; } = weight;

        /// <summary>The deliveries of this lane and the lighter ones may hold this many of the provider's slots.</summary>
        public int Limit { get; } = limit;

        public int Taken { get; set; }

        public int Credit { get; set; }

        public bool HasBacklog { get; set; }

        /// <summary>How many slots the next look is made with, when no lane has a backlog.</summary>
        public int Look { get; set; }

        /// <summary>Whether the last look found less than it could have taken.</summary>
        public bool IsEmpty { get; set; }

        /// <summary>The tenants that could have had more if their share had allowed it.</summary>
        public HashSet<string> Bounded { get; } = new(StringComparer.Ordinal);
    }
}
