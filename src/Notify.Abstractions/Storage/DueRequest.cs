namespace Notify.Storage;

/// <summary>
/// A request for expansions or digests that are due. It is answered tenant by tenant, in the order of their names, so that no
/// tenant's backlog hides another's.
/// </summary>
/// <param name="Owner">The worker that asks.</param>
/// <param name="Now">The time at which something must be due.</param>
/// <param name="Until">The end of the leases.</param>
public sealed record DueRequest(string Owner, DateTimeOffset Now, DateTimeOffset Until)
{
    /// <summary>Gets how many tenants may be answered. Default 16.</summary>
    public int MaxTenants { get; init; } = 16;

    /// <summary>Gets how many leases one tenant may get, the oldest due first. Default 10.</summary>
    public int MaxPerTenant { get; init; } = 10;

    /// <summary>
    /// Gets the tenant behind which the search begins; behind the last tenant it goes on with the first. Empty for the first
    /// tenant.
    /// </summary>
    public string AfterTenant { get; init; } = "";

    /// <summary>Gets the tenants to leave out, because the worker still works for them.</summary>
    public IReadOnlyCollection<string> ExceptTenants { get; init; } = [];

    /// <summary>Puts tenants in the order of their turns and takes out those that get none.</summary>
    /// <param name="tenants">The tenants that have something due.</param>
    public IReadOnlyList<string> TakeTurns(IEnumerable<string> tenants)
    {
        string[] sorted = [.. tenants.Where(tenant => !ExceptTenants.Contains(tenant)).Distinct().Order(StringComparer.Ordinal)];
        return
        [
            .. sorted
                .Where(tenant => string.CompareOrdinal(tenant, AfterTenant) > 0)
                .Concat(sorted.Where(tenant => string.CompareOrdinal(tenant, AfterTenant) <= 0))
                .Take(MaxTenants),
        ];
    }
}
