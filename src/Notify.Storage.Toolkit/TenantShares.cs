using Notify.Providers;

namespace Notify.Storage.Toolkit;

/// <summary>
/// Divides the slots of one lane among the tenants that have due deliveries: one delivery each, in turn, until the slots are
/// filled. A store asks <see cref="GetNextShares"/> how many to lease from each tenant, leases them, reports them by
/// <see cref="Add"/>, and repeats until there are no shares left. Not thread-safe.
/// </summary>
/// <param name="slots">The slots to fill.</param>
/// <param name="tenants">The tenants in the order of their turns, and the most deliveries that each may get.</param>
public sealed class TenantShares(LeaseSlots slots, IReadOnlyList<(string Tenant, int Max)> tenants)
{
    private readonly List<Share> _shares = [.. tenants.Select(tenant => new Share(tenant.Tenant, tenant.Max))];
    private int _left = slots.Max;

    /// <summary>Gets the slots to fill.</summary>
    public LeaseSlots Slots => slots;

    /// <summary>Gets the tenant whose turn is last. The next lease begins after it.</summary>
    public string LastTenant => tenants[^1].Tenant;

    /// <summary>
    /// Gets how many deliveries to ask for from each tenant next; empty when the slots are filled or no tenant has more.
    /// </summary>
    public IReadOnlyList<(string Tenant, int Wanted)> GetNextShares()
    {
        var turns = new PriorityQueue<Share, (int Round, int Position)>();
        for (var i = 0; i < _shares.Count; i++)
        {
            _shares[i].Wanted = 0;
            if (_shares[i].MayHaveMore)
                turns.Enqueue(_shares[i], (_shares[i].Rows.Count, i));
        }

        // The tenant that got least is next. A tenant without more due deliveries leaves its turns to the next ones in order.
        for (var left = _left; left > 0 && turns.TryDequeue(out var next, out var turn); left--)
        {
            next.Wanted++;
            if (next.Wanted < next.Left)
                turns.Enqueue(next, turn with { Round = turn.Round + 1 });
        }

        return [.. _shares.Where(share => share.Wanted > 0).Select(share => (share.Tenant, share.Wanted))];
    }

    /// <summary>Adds the deliveries that were leased from a tenant, oldest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="rows">The leased deliveries.</param>
    /// <param name="found">
    /// The number of due deliveries that were found; more than were leased where another process leased some of them first.
    /// </param>
    public void Add(string tenant, IReadOnlyList<LeasedRow> rows, int found)
    {
        var share = _shares.Find(candidate => candidate.Tenant == tenant)!;
        share.Rows.AddRange(rows);
        share.Left -= rows.Count;
        share.MayHaveMore = found == share.Wanted && share.Left > 0;
        _left -= rows.Count;
    }

    /// <summary>
    /// Gets the leased deliveries in turn: the first of every tenant, then the second of every tenant, and so on.
    /// </summary>
    public IEnumerable<LeasedRow> GetRowsInTurn() =>
        _shares
            .SelectMany(share => share.Rows.Select((row, round) => (row, round)))
            .OrderBy(one => one.round)
            .Select(one => one.row);

    private sealed class Share(string tenant, int max)
    {
        public string Tenant => tenant;

        public int Left { get; set; } = max;

        public int Wanted { get; set; }

        public bool MayHaveMore { get; set; } = max > 0;

        public List<LeasedRow> Rows { get; } = [];
    }
}

/// <summary>A delivery as a lease finds it, without its content.</summary>
public sealed record LeasedRow
{
    /// <summary>Gets the delivery.</summary>
    public required Delivery Delivery { get; init; }

    /// <summary>Gets the fence of the lease.</summary>
    public required long Fence { get; init; }

    /// <summary>Gets the time at which it fell due.</summary>
    public required DateTimeOffset WasDueAt { get; init; }

    /// <summary>Gets the position, in the request, of the item that it answers.</summary>
    public required int Number { get; init; }
}
