using Notify.Storage;

namespace Notify.Core.Members;

/// <summary>
/// The documents of members: one per tenant with its members, and one per person and tenant, which finds the tenants of a person.
/// </summary>
/// <remarks>
/// A document of a person is only a hint. It is written after the member was added, and removed after the member was removed. If
/// the member was added again in the meantime, the removal restores it, so a hint may remain without a member, but not the other
/// way round.
/// </remarks>
internal sealed class MemberDocuments(IDocumentStore documents)
{
    private const string Collection = "members";
    private const string Hints = "memberships";
    private const int MaxTenants = 1_000;

    private static readonly ReadOnlyMemory<byte> Hint = "{}"u8.ToArray();

    public async ValueTask<StoredMembers> ReadAsync(string tenant, CancellationToken cancellationToken)
    {
        var found = await documents.FindAsync(GetKey(tenant), cancellationToken).ConfigureAwait(false);
        return StoredMembers.Read(found?.Content);
    }

    /// <summary>Changes the members of a tenant atomically.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="change">Changes the members. Returns whether to write them.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public ValueTask<bool> UpdateAsync(string tenant, Func<StoredMembers, bool> change, CancellationToken cancellationToken) =>
        documents.UpdateAsync(
            GetKey(tenant),
            content =>
            {
                var members = StoredMembers.Read(content);
                return change(members) ? (ReadOnlyMemory<byte>?)members.Write() : null;
            },
            cancellationToken
        );

    public async ValueTask AddHintAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await documents
            .UpdateAsync(new DocumentKey(Hints, tenant, id), stored => stored is null ? Hint : null, cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask RemoveHintAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        await documents.RemoveAsync(new DocumentKey(Hints, tenant, id), _ => true, cancellationToken).ConfigureAwait(false);
        var members = await ReadAsync(tenant, cancellationToken).ConfigureAwait(false);
        if (members.Members.ContainsKey(id))
            await AddHintAsync(tenant, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the tenants in which a person may be a member.</summary>
    public async ValueTask<IReadOnlyList<string>> ListTenantsAsync(string id, CancellationToken cancellationToken)
    {
        var found = await documents
            .ListAsync(
                new DocumentQuery
                {
                    Collection = Hints,
                    // IDs contain no control characters, so nothing else is in between.
                    From = id,
                    Before = $"{id}\u0001",
                    Limit = MaxTenants,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(document => document.Key.Tenant)];
    }

    private static DocumentKey GetKey(string tenant) => new(Collection, tenant, "members");
}
