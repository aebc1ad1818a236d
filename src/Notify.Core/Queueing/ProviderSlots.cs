namespace Notify.Queueing;

/// <summary>
/// One provider's slots, shared by the lanes. Lanes with a backlog get slots by weight (smooth weighted round robin, which
/// serves the light lane regularly and not in bursts), and the heavier lanes always find some free: bulk never takes the last.
/// </summary>
internal sealed class ProviderSlots
{
    /// <summary>Each of three lanes is looked into first, once before and once after the lanes that have a backlog.</summary>
    private const int Turns = 6;

    private readonly Lock _lock = new();
    private readonly Lane[] _lanes;
    private readonly int _limit;
    private int _taken;
    private int _turn;

    public ProviderSlots(int limit)
    {
        _limit = limit;
        _lanes =
        [
            new Lane(Priority.High, weight: 16, limit),
            new Lane(Priority.Normal, weight: 4, Math.Max(1, limit * 9 / 10)),
            new Lane(Priority.Bulk, weight: 1, Math.Max(1, limit * 3 / 4)),
        ];
    }

    public bool TryTake(Priority priority)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)priority];
            return !lane.HasBacklog && TryTake(lane);
        }
    }

    public void TakeBeyondLimit()
    {
        lock (_lock)
            _taken++;
    }

    public void Release()
    {
        lock (_lock)
            _taken--;
    }

    public List<LeaseQuota> TakeQuotas(string provider, int most)
    {
        var quotas = new List<LeaseQuota>(_lanes.Length);
        lock (_lock)
        {
            Span<int> granted = stackalloc int[_lanes.Length];
            granted.Clear();

            // Where slots are few, whichever lanes come first leave none to the others: they come first in turn.
            if (_turn % 2 == 0)
                most -= LookIntoDryLanes(granted, most);
            for (; most > 0 && NextByWeight() is { } lane; most--)
                granted[(int)lane.Priority]++;
            if (_turn % 2 == 1)
                LookIntoDryLanes(granted, most);

            foreach (var lane in _lanes)
            {
                if (granted[(int)lane.Priority] is > 0 and var max)
                    quotas.Add(new LeaseQuota(lane.Priority, provider, max));
            }

            if (quotas.Count > 0)
                _turn = (_turn + 1) % Turns;
        }

        return quotas;
    }

    public void Fill(LeaseQuota quota, int leased)
    {
        lock (_lock)
        {
            var lane = _lanes[(int)quota.Priority];
            lane.HasBacklog = leased == quota.Max;
            _taken -= quota.Max - leased;
        }
    }

    // A lane that had nothing is looked into with few slots, so that it does not keep them from the lanes that have something.
    private int LookIntoDryLanes(Span<int> granted, int most)
    {
        var look = AllDry() ? Math.Max(1, _limit / _lanes.Length) : 1;
        var total = 0;
        for (var i = 0; i < _lanes.Length; i++)
        {
            var lane = _lanes[(_turn + i) % _lanes.Length];
            for (; !lane.HasBacklog && granted[(int)lane.Priority] < look && total < most && TryTake(lane); total++)
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

    private bool HasRoom(Lane lane) => _taken < lane.Limit;

    private bool TryTake(Lane lane)
    {
        if (!HasRoom(lane))
            return false;
        _taken++;
        return true;
    }

    private sealed class Lane(Priority priority, int weight, int limit)
    {
        public Priority Priority { get; } = priority;

        public int Weight { get; } = weight;

        /// <summary>The provider's slots may fill up to here by deliveries of this lane.</summary>
        public int Limit { get; } = limit;

        public int Credit { get; set; }

        public bool HasBacklog { get; set; }
    }
}
