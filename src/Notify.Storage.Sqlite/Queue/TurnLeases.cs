using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>
/// Finds the tenants that have due rows in a table with the columns <c>tenant</c> and <c>due_at</c>. It skips from tenant to
/// tenant in an index, so the length of a tenant's backlog does not matter.
/// </summary>
internal sealed class TurnLeases(SqliteConnection connection, string table) : IDisposable
{
    private readonly Statement _isAnyDue = new(connection, $"SELECT 1 FROM {table} WHERE due_at <= @now LIMIT 1");

    private readonly Statement _next = new(
        connection,
        $"SELECT tenant FROM {table} WHERE tenant > @after AND due_at IS NOT NULL ORDER BY tenant LIMIT 1"
    );

    private readonly Statement _isDue = new(
        connection,
        $"SELECT 1 FROM {table} WHERE tenant = @tenant AND due_at <= @now LIMIT 1"
    );

    public List<string> Find(DueRequest request)
    {
        var found = new List<string>();
        if (!AreAny(request.Now))
            return found;

        AddBetween(request.AfterTenant, null, request, found);
        AddBetween("", request.AfterTenant, request, found);
        return found;
    }

    /// <summary>Determines whether any row is due.</summary>
    public bool AreAny(DateTimeOffset now) => Reads(_isAnyDue.Bind("@now", now));

    public void Dispose()
    {
        _isAnyDue.Dispose();
        _next.Dispose();
        _isDue.Dispose();
    }

    private void AddBetween(string after, string? last, DueRequest request, List<string> found)
    {
        for (
            var tenant = NextBehind(after);
            tenant is not null && found.Count < request.MaxTenants && (last is null || string.CompareOrdinal(tenant, last) <= 0);
            tenant = NextBehind(tenant)
        )
        {
            if (!request.ExceptTenants.Contains(tenant) && Reads(_isDue.Bind("@tenant", tenant).Bind("@now", request.Now)))
                found.Add(tenant);
        }
    }

    private string? NextBehind(string tenant)
    {
        var next = _next.Bind("@after", tenant).Read() ? _next.Text(0) : null;
        _next.Reset();
        return next;
    }

    private static bool Reads(Statement statement)
    {
        var reads = statement.Read();
        statement.Reset();
        return reads;
    }
}
