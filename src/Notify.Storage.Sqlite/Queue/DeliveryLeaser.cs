using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Leases due deliveries, in turn among tenants.</summary>
internal sealed class DeliveryLeaser(SqliteConnection connection) : IDisposable
{
    /// <summary>
    /// The number of tenants that one lease call serves. The next call continues with the tenants after them.
    /// </summary>
    private const int TenantsPerLease = 64;

    private readonly DueTenants _tenants = new(connection);

    private readonly Statement _due = new(
        connection,
        $"""
        SELECT {DeliveryRow.Columns} FROM notify_delivery
        WHERE priority = @priority AND provider = @provider AND tenant = @tenant AND due_at <= @now
        ORDER BY due_at LIMIT @limit
        """
    );

    private readonly Statement _published = new(
        connection,
        $"SELECT {DeliveryRow.Columns} FROM notify_delivery WHERE id = @id AND fence = @fence AND due_at IS NOT NULL"
    );

    private readonly Statement _lease = new(
        connection,
        "UPDATE notify_delivery SET owner = @owner, fence = @fence, due_at = @until WHERE id = @id"
    );

    private readonly Statement _renew = new(
        connection,
        "UPDATE notify_delivery SET due_at = @until WHERE id = @id AND fence = @fence AND owner IS NOT NULL"
    );

    private readonly ContentReader _contents = new(connection);
    private readonly Dictionary<(Priority Priority, string Provider), string> _lastTenants = [];

    public List<Lease> TakeDue(LeaseRequest request)
    {
        var leases = new List<Lease>();
        foreach (var slots in request.Slots)
            TakeDue(request, slots, leases);
        return leases;
    }

    public List<Lease> Claim(ClaimRequest request)
    {
        var leases = new List<Lease>();
        foreach (var reference in request.References)
        {
            _published.Bind("@id", reference.Id).Bind("@fence", reference.Fence);
            leases.AddRange(LeaseRows(_published, request.Owner, request.Until));
        }

        return leases;
    }

    public bool[] Renew(RenewRequest request) =>
        [
            .. request.References.Select(reference =>
                _renew.Bind("@id", reference.Id).Bind("@fence", reference.Fence).Bind("@until", request.Until).Execute() == 1
            ),
        ];

    public void Dispose()
    {
        _tenants.Dispose();
        _due.Dispose();
        _published.Dispose();
        _lease.Dispose();
        _renew.Dispose();
        _contents.Dispose();
    }

    private void TakeDue(LeaseRequest request, LeaseSlots slots, List<Lease> leases)
    {
        var tenants = ListTenants(slots, request.Now);
        var limits = tenants.ToDictionary(tenant => tenant, tenant => request.TenantLimit?.Invoke(slots, tenant) ?? int.MaxValue);
        var left = slots.Max;
        while (tenants.Count > 0 && left > 0)
        {
            var share = Math.Max(1, left / tenants.Count);
            foreach (var tenant in tenants.ToArray())
            {
                if (left == 0)
                    return;

                var wanted = Math.Min(Math.Min(share, left), limits[tenant]);
                var taken = wanted > 0 ? TakeDue(request, slots, tenant, wanted) : [];
                leases.AddRange(taken);
                left -= taken.Count;
                limits[tenant] -= taken.Count;
                _lastTenants[(slots.Priority, slots.Provider)] = tenant;
                if (taken.Count < share)
                    tenants.Remove(tenant);
            }
        }
    }

    private List<Lease> TakeDue(LeaseRequest request, LeaseSlots slots, string tenant, int wanted)
    {
        _due.Bind("@priority", (long)slots.Priority)
            .Bind("@provider", slots.Provider)
            .Bind("@tenant", tenant)
            .Bind("@now", request.Now)
            .Bind("@limit", wanted);
        return LeaseRows(_due, request.Owner, request.Until);
    }

    private List<string> ListTenants(LeaseSlots slots, DateTimeOffset now)
    {
        var last = _lastTenants.GetValueOrDefault((slots.Priority, slots.Provider), "");
        return _tenants.List(slots, now, last, Math.Min(TenantsPerLease, slots.Max));
    }

    private List<Lease> LeaseRows(Statement rows, string owner, DateTimeOffset until)
    {
        var leases = new List<Lease>();
        while (rows.Read())
        {
            leases.Add(
                new Lease
                {
                    Delivery = DeliveryRow.ReadDelivery(rows, _contents),
                    Owner = owner,
                    Fence = DeliveryRow.ReadFence(rows) + 1,
                    Until = until,
                }
            );
        }

        foreach (var lease in leases)
            _lease
                .Bind("@id", lease.Delivery.Id)
                .Bind("@owner", owner)
                .Bind("@fence", lease.Fence)
                .Bind("@until", until)
                .Execute();
        return leases;
    }
}
