using Notify.Core.Validation;

namespace Notify.Core.Members;

/// <summary>Validates members, and keeps them in the store.</summary>
internal sealed class MemberDirectory(MemberDocuments documents, Memberships memberships, TimeProvider time) : IMembers
{
    private static readonly PageRequest FirstPage = new();

    public async Task<Page<Member>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        page ??= FirstPage;
        NamePages.Check(page, mayHavePrefix: true);
        var stored = await documents.ReadAsync(tenant, cancellationToken).ConfigureAwait(false);
        var found = stored
            .Members.Where(member =>
                member.Key.StartsWith(page.Prefix, StringComparison.Ordinal) && string.CompareOrdinal(member.Key, page.After) > 0
            )
            .Take(page.Limit + 1)
            .Select(member => member.Value.ToMember(tenant, member.Key));
        return NamePages.Take([.. found], page, member => member.Id);
    }

    public async Task<Versioned<Member>?> FindAsync(string tenant, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(id);
        id = MemberRules.Normalize(id);
        var stored = await documents.ReadAsync(tenant, cancellationToken).ConfigureAwait(false);
        return stored.Members.TryGetValue(id, out var member)
            ? new Versioned<Member> { Value = member.ToMember(tenant, id), Version = member.ComputeTag() }
            : null;
    }

    public IReadOnlyList<FieldError> Validate(Member member) => MemberRules.FindErrors(member);

    public async Task<ChangeResult<Member>> SaveAsync(
        Member member,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        InvalidRequestException.ThrowIfAny(Validate(member));
        member = member with { Id = MemberRules.Normalize(member.Id) };
        var now = time.GetUtcNow();
        var result = new ChangeResult<Member> { Status = ChangeStatus.PreconditionFailed };
        try
        {
            await documents
                .UpdateAsync(
                    member.Tenant,
                    stored =>
                    {
                        result = Save(stored, member, precondition, now);
                        return result.Status is ChangeStatus.Created or ChangeStatus.Changed;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            // Also for an unchanged member, because an earlier call may have failed before it wrote the hint.
            if (result.IsSuccess)
                await documents.AddHintAsync(member.Tenant, member.Id, cancellationToken).ConfigureAwait(false);
            return result;
        }
        finally
        {
            // A call that failed may have been carried out by the store.
            memberships.Forget(member.Tenant, member.Id);
        }
    }

    public async Task<ChangeStatus> RemoveAsync(
        string tenant,
        string id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(id);
        id = MemberRules.Normalize(id);
        var status = ChangeStatus.NotFound;
        try
        {
            await documents
                .UpdateAsync(
                    tenant,
                    stored => (status = Remove(stored, id, precondition)) == ChangeStatus.Removed,
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (status is ChangeStatus.Removed)
                await documents.RemoveHintAsync(tenant, id, cancellationToken).ConfigureAwait(false);
            return status;
        }
        finally
        {
            memberships.Forget(tenant, id);
        }
    }

    private static ChangeResult<Member> Save(StoredMembers stored, Member member, Precondition precondition, DateTimeOffset now)
    {
        stored.Members.TryGetValue(member.Id, out var old);
        if (!precondition.Holds(old?.ComputeTag()))
            return new ChangeResult<Member> { Status = ChangeStatus.PreconditionFailed };
        if (old is not null && (old.Role, old.Name) == (member.Role, member.Name))
            return CreateResult(ChangeStatus.Unchanged, member, old);
        if (member.Role != MemberRole.Admin && stored.IsLastAdmin(member.Id))
            throw Refuse("role", FieldErrorCodes.NotAllowed, "The member is the last admin. Give another member the role first.");
        if (old is null && stored.Members.Count >= IMembers.MaxMembers)
            throw Refuse("id", FieldErrorCodes.TooMany, $"A tenant has at most {IMembers.MaxMembers} members.");

        var saved = new StoredMember
        {
            Role = member.Role,
            Name = member.Name,
            AddedAt = old?.AddedAt ?? now,
            ChangedAt = now,
        };
        stored.Members[member.Id] = saved;
        return CreateResult(old is null ? ChangeStatus.Created : ChangeStatus.Changed, member, saved);
    }

    private static ChangeStatus Remove(StoredMembers stored, string id, Precondition precondition)
    {
        if (!stored.Members.TryGetValue(id, out var old))
            return precondition.Holds(null) ? ChangeStatus.NotFound : ChangeStatus.PreconditionFailed;
        if (!precondition.Holds(old.ComputeTag()))
            return ChangeStatus.PreconditionFailed;
        if (stored.IsLastAdmin(id))
            throw Refuse("id", FieldErrorCodes.NotAllowed, "The member is the last admin. Give another member the role first.");

        stored.Members.Remove(id);
        return ChangeStatus.Removed;
    }

    private static ChangeResult<Member> CreateResult(ChangeStatus status, Member member, StoredMember stored) =>
        new()
        {
            Status = status,
            Value = stored.ToMember(member.Tenant, member.Id),
            Version = stored.ComputeTag(),
        };

    private static InvalidRequestException Refuse(string field, string code, string message) =>
        new([new FieldError(field, code, message)]);
}
