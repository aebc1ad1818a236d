using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A request to lease due expansions or digests. Tenants are served in turn, ordered by name, so that the backlog of one tenant
/// does not delay another.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DueRequest
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public DueRequest() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="owner">The worker that makes the request.</param>
    /// <param name="now">The current time. Work that is due at this time is leased.</param>
    /// <param name="until">The time at which the leases end.</param>
    [SetsRequiredMembers]
    public DueRequest(string owner, DateTimeOffset now, DateTimeOffset until)
    {
        Owner = owner;
        Now = now;
        Until = until;
    }

    /// <summary>Gets the worker that makes the request.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the current time. Work that is due at this time is leased.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Gets the time at which the leases end.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets the maximum number of tenants to serve. Default 16.</summary>
    public int MaxTenants { get; init; } = 16;

    /// <summary>Gets the maximum number of leases per tenant, earliest due first. Default 10.</summary>
    public int MaxPerTenant { get; init; } = 10;

    /// <summary>
    /// Gets the tenant after which the search begins. The search wraps around from the last tenant to the first. Empty, the
    /// default, begins with the first tenant.
    /// </summary>
    public string AfterTenant { get; init; } = "";

    /// <summary>Gets the tenants to skip because the worker is still working for them.</summary>
    public IReadOnlyCollection<string> ExceptTenants { get; init; } = [];

    /// <summary>Selects the tenants to serve, in the order of their turns.</summary>
    /// <param name="tenants">The tenants with due work.</param>
    /// <returns>At most <see cref="MaxTenants"/> tenants, without those in <see cref="ExceptTenants"/>.</returns>
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
