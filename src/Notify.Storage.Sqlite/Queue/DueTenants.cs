using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>
/// Finds the tenants that have due deliveries. It skips from tenant to tenant in an index, so the length of a tenant's backlog
/// does not matter.
/// </summary>
internal sealed class DueTenants(SqliteConnection connection) : IDisposable
{
    private readonly Statement _next = new(
        connection,
        """
        SELECT tenant, due_at FROM notify_delivery
        WHERE priority = @priority AND provider = @provider AND tenant > @after AND due_at IS NOT NULL
        ORDER BY tenant, due_at LIMIT 1
        """
    );

    /// <summary>Lists the tenants in turn, beginning after the one that was served last.</summary>
    public List<string> List(LeaseSlots slots, DateTimeOffset now, string last, int most)
    {
        var tenants = new List<string>();
        Add(slots, now, after: last, upTo: null, most, tenants);
        if (last.Length > 0)
            Add(slots, now, after: "", upTo: last, most, tenants);
        return tenants;
    }

    /// <summary>Determines whether any delivery for these slots is due.</summary>
    public bool AreAny(LeaseRequest request)
    {
        var found = new List<string>(1);
        foreach (var slots in request.Slots)
        {
            Add(slots, request.Now, after: "", upTo: null, most: 1, found);
            if (found.Count > 0)
                return true;
        }

        return false;
    }

    public void Dispose() => _next.Dispose();

    private void Add(LeaseSlots slots, DateTimeOffset now, string after, string? upTo, int most, List<string> tenants)
    {
        while (tenants.Count < most)
        {
            _next.Bind("@priority", (long)slots.Priority).Bind("@provider", slots.Provider).Bind("@after", after);
            if (!_next.Read())
                return;

            var (tenant, due) = (_next.Text(0), _next.Int64(1) <= now.UtcTicks);
            _next.Reset();
            if (upTo is not null && string.CompareOrdinal(tenant, upTo) > 0)
                return;

            if (due)
                tenants.Add(tenant);
            after = tenant;
        }
    }
}
