using Notify.Core.Keys;

namespace Notify.Core.Members;

/// <summary>
/// Finds the tenants and roles of the people who make calls. The result of a read is reused for a few seconds, so most calls do
/// not read the store, and a removal takes effect within that time.
/// </summary>
internal sealed class Memberships(MemberDocuments documents, TimeProvider time)
{
    /// <summary>The number of people, and of tenants, that are remembered.</summary>
    private const int MaxRemembered = 10_000;

    private readonly RecentReads<string, IReadOnlyList<string>> _tenants = new(time, MaxRemembered);
    private readonly RecentReads<string, StoredMembers> _members = new(time, MaxRemembered);

    /// <summary>Finds the roles of a person.</summary>
    /// <param name="ids">The IDs by which the person may be a member: the subject, and the verified email address.</param>
    /// <param name="tenant">The tenant that the person selects; null for all tenants of the person.</param>
    /// <param name="maxAge">The time for which an earlier answer of the store is used.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The tenants in which the person is a member, each with the highest role.</returns>
    public async ValueTask<SortedDictionary<string, MemberRole>> FindAsync(
        IReadOnlyList<string> ids,
        string? tenant,
        TimeSpan maxAge,
        CancellationToken cancellationToken
    )
    {
        var roles = new SortedDictionary<string, MemberRole>(StringComparer.Ordinal);
        foreach (var id in ids.Select(MemberRules.Normalize).Distinct(StringComparer.Ordinal))
        {
            var tenants = await _tenants
                .GetAsync(id, maxAge, key => documents.ListTenantsAsync(key, CancellationToken.None))
                .WaitAsync(cancellationToken)
                .ConfigureAwait(false);
            // Only tenants of the person are read, so a caller who names many tenants neither reads nor fills the memory.
            foreach (var candidate in tenants.Where(candidate => tenant is null || candidate == tenant))
            {
                var stored = await _members
                    .GetAsync(candidate, maxAge, key => documents.ReadAsync(key, CancellationToken.None))
                    .WaitAsync(cancellationToken)
                    .ConfigureAwait(false);
                if (stored.Members.TryGetValue(id, out var member) && !(roles.GetValueOrDefault(candidate) > member.Role))
                    roles[candidate] = member.Role;
            }
        }

        return roles;
    }

    /// <summary>Forgets what was read before a change in this process.</summary>
    public void Forget(string tenant, string id)
    {
        _members.Forget(tenant);
        _tenants.Forget(id);
    }
}
