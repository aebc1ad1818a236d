using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Indexes pending deliveries by lane, provider and tenant, the oldest of each tenant first.</summary>
internal sealed class DueIndex
{
    private readonly Dictionary<(Priority Priority, string Provider), LaneIndex> _lanes = [];

    public void Add(StoredDelivery stored)
    {
        if (stored.DueAt is { } dueAt)
            GetLane(stored).GetTenant(stored.Delivery.Tenant).Add((dueAt, stored.Delivery.Id), stored);
    }

    public void Remove(StoredDelivery stored)
    {
        if (stored.DueAt is { } dueAt)
            GetLane(stored).GetTenant(stored.Delivery.Tenant).Remove((dueAt, stored.Delivery.Id));
    }

    /// <summary>Removes and returns due deliveries, one of each tenant in turn.</summary>
    public List<StoredDelivery> Take(LeaseSlots slots, LeaseRequest request) =>
        _lanes.TryGetValue((slots.Priority, slots.Provider), out var lane) ? lane.Take(slots, request) : [];

    public IEnumerable<QueueDepth> GetDepths() =>
        _lanes
            .Where(lane => lane.Value.Count > 0)
            .Select(lane => new QueueDepth(lane.Key.Priority, lane.Key.Provider, lane.Value.Count));

    private LaneIndex GetLane(StoredDelivery stored)
    {
        var key = (stored.Delivery.Priority, stored.Delivery.Provider);
        if (!_lanes.TryGetValue(key, out var lane))
            _lanes.Add(key, lane = new LaneIndex());
        return lane;
    }

    private sealed class LaneIndex
    {
        private readonly SortedDictionary<string, SortedDictionary<(DateTimeOffset DueAt, Guid Id), StoredDelivery>> _tenants =
            new(StringComparer.Ordinal);
        private string _lastServed = "";

        public long Count => _tenants.Values.Sum(tenant => (long)tenant.Count);

        public SortedDictionary<(DateTimeOffset DueAt, Guid Id), StoredDelivery> GetTenant(string name)
        {
            if (!_tenants.TryGetValue(name, out var tenant))
                _tenants.Add(name, tenant = []);
            return tenant;
        }

        public List<StoredDelivery> Take(LeaseSlots slots, LeaseRequest request)
        {
            var taken = new List<StoredDelivery>();
            var remaining = new Dictionary<string, int>(StringComparer.Ordinal);
            string[] turn =
            [
                .. _tenants.Keys.Where(IsAfterLastServed),
                .. _tenants.Keys.Where(tenant => !IsAfterLastServed(tenant)),
            ];
            for (var found = true; found && taken.Count < slots.Max; )
            {
                found = false;
                foreach (var tenant in turn)
                {
                    if (
                        taken.Count == slots.Max
                        || FindOldest(tenant, request.Now) is not { } oldest
                        || !TryCount(slots, tenant, request, remaining)
                    )
                        continue;

                    taken.Add(oldest);
                    _tenants[tenant].Remove((oldest.DueAt!.Value, oldest.Delivery.Id));
                    _lastServed = tenant;
                    found = true;
                }
            }

            return taken;
        }

        // Counts a delivery against the number that the tenant may have; false if none is left.
        private static bool TryCount(LeaseSlots slots, string tenant, LeaseRequest request, Dictionary<string, int> remaining)
        {
            if (request.TenantLimit is null)
                return true;
            if (!remaining.TryGetValue(tenant, out var left))
                left = request.TenantLimit(slots, tenant);
            remaining[tenant] = left - 1;
            return left > 0;
        }

        private StoredDelivery? FindOldest(string tenant, DateTimeOffset now) =>
            _tenants[tenant].Count > 0 && _tenants[tenant].First() is var first && first.Key.DueAt <= now ? first.Value : null;

        private bool IsAfterLastServed(string tenant) => string.CompareOrdinal(tenant, _lastServed) > 0;
    }
}
