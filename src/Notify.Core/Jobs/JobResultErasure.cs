using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>Removes the exports of users who are erased. Exports of all users expire within a day.</summary>
internal sealed class JobResultErasure(JobDocuments documents, JobResults results) : IErasureHandler
{
    private const int PageSize = 100;

    public async ValueTask EraseAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        foreach (var tenant in erasures.GroupBy(erasure => erasure.Tenant, erasure => erasure.UserId))
            await RemoveAsync(tenant.Key, [.. tenant], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the exports of users.</summary>
    public async ValueTask RemoveAsync(string tenant, IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        for (string? before = null; ; )
        {
            var jobs = await documents.ListAsync(tenant, before, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var job in jobs.Where(job => job.Job.Kind == JobKinds.ExportUser && userIds.Contains(job.Job.UserId!)))
                await RemoveAsync(job.Job, cancellationToken).ConfigureAwait(false);
            if (jobs.Count < PageSize)
                return;
            before = $"{jobs[^1].Job.Id}";
        }
    }

    // An export that still runs would write more, so it fails.
    private async ValueTask RemoveAsync(Job job, CancellationToken cancellationToken)
    {
        await documents
            .ChangeAsync(
                job.Tenant,
                job.Id,
                stored =>
                    !stored.HasEnded ? stored.End(JobState.Failed, stored.ChangedAt, Erasure.Reason)
                    : stored.Job.ResultExpiresAt is null ? null
                    : stored with { Job = stored.Job with { ResultExpiresAt = null } },
                cancellationToken
            )
            .ConfigureAwait(false);
        await results.RemoveAsync(job.Tenant, job.Id, cancellationToken).ConfigureAwait(false);
    }
}
