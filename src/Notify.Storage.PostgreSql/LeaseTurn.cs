using Notify.Queueing;

namespace Notify.Storage.PostgreSql;

/// <summary>Shares one quota out among the tenants that have something due: one each, in turn, until it is filled.</summary>
/// <param name="quota">The quota.</param>
/// <param name="tenants">The tenants in the order of their turns, with how many deliveries each may still be given.</param>
internal sealed class LeaseTurn(LeaseQuota quota, IReadOnlyList<(string Tenant, int Allowance)> tenants)
{
    private readonly List<TenantTurn> _tenants = [.. tenants.Select(tenant => new TenantTurn(tenant.Tenant, tenant.Allowance))];
    private int _left = quota.Max;

    public LeaseQuota Quota => quota;

    public string LastTenant => tenants[^1].Tenant;

    /// <summary>How many to ask for from each tenant next; nothing when the quota is filled or nobody has more.</summary>
    public IReadOnlyList<(string Tenant, int Wanted)> NextShares()
    {
        var turns = new PriorityQueue<TenantTurn, (int Round, int Position)>();
        for (var i = 0; i < _tenants.Count; i++)
        {
            _tenants[i].Wanted = 0;
            if (_tenants[i].MayHaveMore)
                turns.Enqueue(_tenants[i], (_tenants[i].Rows.Count, i));
        }

        // Whoever has had least is next: a tenant that had nothing more leaves its turns to those behind, in order.
        for (var left = _left; left > 0 && turns.TryDequeue(out var next, out var turn); left--)
        {
            next.Wanted++;
            if (next.Wanted < next.Allowance)
                turns.Enqueue(next, turn with { Round = turn.Round + 1 });
        }

        return [.. _tenants.Where(tenant => tenant.Wanted > 0).Select(tenant => (tenant.Tenant, tenant.Wanted))];
    }

    /// <summary>Takes in what a tenant had, oldest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="rows">What was leased.</param>
    /// <param name="found">How many were found due; more than were leased where another process was faster with some.</param>
    public void Add(string tenant, IReadOnlyList<LeasedRow> rows, int found)
    {
        var turn = _tenants.Find(candidate => candidate.Tenant == tenant)!;
        turn.Rows.AddRange(rows);
        turn.Allowance -= rows.Count;
        turn.MayHaveMore = found == turn.Wanted && turn.Allowance > 0;
        _left -= rows.Count;
    }

    /// <summary>What was taken: everybody's first, then everybody's second, and so on.</summary>
    public IEnumerable<LeasedRow> InTurn() =>
        _tenants
            .SelectMany(tenant => tenant.Rows.Select((row, round) => (row, round)))
            .OrderBy(one => one.round)
            .Select(one => one.row);

    private sealed class TenantTurn(string tenant, int allowance)
    {
        public string Tenant => tenant;

        public int Allowance { get; set; } = allowance;

        public int Wanted { get; set; }

        public bool MayHaveMore { get; set; } = allowance > 0;

        public List<LeasedRow> Rows { get; } = [];
    }
}

/// <summary>A delivery as a lease finds it, without its content.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Fence">The lease's fence.</param>
/// <param name="WasDueAt">Since when it was due.</param>
/// <param name="Number">Which of the things that were asked for it answers.</param>
internal sealed record LeasedRow(Delivery Delivery, long Fence, DateTimeOffset WasDueAt, int Number);
