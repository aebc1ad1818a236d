using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>Writes all users of a tenant as the lines of an import.</summary>
internal sealed class UserExport(IUserStore users) : ListKind<User>
{
    public override string Kind => JobKinds.ExportUsers;

    public override bool HasResult => true;

    protected override ValueTask<IReadOnlyList<User>> ReadAsync(
        Job job,
        string? after,
        int limit,
        CancellationToken cancellationToken
    ) => users.ListAsync(job.Tenant, "", after ?? "", limit, cancellationToken);

    protected override string GetPosition(User item) => item.Id;

    protected override ValueTask<JobStep> HandleAsync(Job job, IReadOnlyList<User> items, CancellationToken cancellationToken) =>
        new(new JobStep { Lines = ExportLines.Write(items.Select(ExportedUser.Create), ExportLines.Format.ExportedUser) });
}
