namespace Notify.Core.Jobs;

/// <summary>Saves the users of an import.</summary>
internal sealed class UserImport(JobDocuments documents, IRecipients recipients)
    : ImportKind<User>(documents, JobsJson.Default.UserChunk)
{
    public override string Kind => JobKinds.ImportUsers;

    protected override async ValueTask SaveAsync(Job job, User item, CancellationToken cancellationToken) =>
        await recipients.SaveUserAsync(item with { Tenant = job.Tenant }, default, cancellationToken).ConfigureAwait(false);

    protected override string GetId(User item) => item.Id;

    protected override IEnumerable<string> GetKeys(User item) => [item.Id];
}
