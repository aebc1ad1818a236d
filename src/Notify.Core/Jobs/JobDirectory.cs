using System.Runtime.CompilerServices;
using Notify.Core.Queries;
using Notify.Core.Validation;

namespace Notify.Core.Jobs;

/// <summary>Starts, shows and cancels jobs.</summary>
internal sealed class JobDirectory(JobDocuments documents, JobWorker worker, IdGenerator ids, TimeProvider time) : IJobs
{
    /// <summary>The number of lines in a chunk, after which a job's progress is stored.</summary>
    private const int ChunkSize = 100;

    public async Task<Job> ImportUsersAsync(
        string tenant,
        IAsyncEnumerable<UserImportLine> lines,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(lines);
        InvalidRequestException.ThrowIfAny(Names.FindError("tenant", tenant) is { } error ? [error] : []);
        var now = time.GetUtcNow();
        var job = new Job
        {
            Id = ids.Create(now),
            Tenant = tenant,
            Kind = JobKinds.ImportUsers,
            State = JobState.Receiving,
            CreatedAt = now,
        };
        await documents.CreateAsync(new StoredJob { Job = job, ChangedAt = now }, cancellationToken).ConfigureAwait(false);
        try
        {
            var started = await ReceiveAsync(job, lines, cancellationToken).ConfigureAwait(false);
            worker.Wake();
            return started.ToJob();
        }
        catch (Exception)
        {
            // If this fails as well, the worker notices that the job makes no progress.
            await EndAsync(tenant, job.Id, JobState.Failed, "the lines did not arrive completely").ConfigureAwait(false);
            throw;
        }
    }

    public async Task<Job?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default) =>
        (await documents.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false))?.ToJob();

    public async Task<Page<Job>> ListAsync(string tenant, PageRequest page, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(page);
        List<FieldError> errors = [];
        var before = QueryRules.CheckPage(errors, page);
        InvalidRequestException.ThrowIfAny(errors);

        var found = await documents
            .ListAsync(tenant, before?.ToString(), page.Limit + 1, cancellationToken)
            .ConfigureAwait(false);
        Job[] items = [.. found.Take(page.Limit).Select(job => job.ToJob())];
        return new Page<Job> { Items = items, Next = found.Count > page.Limit ? $"{items[^1].Id}" : null };
    }

    public async Task<Job?> CancelAsync(string tenant, Guid id, CancellationToken cancellationToken = default)
    {
        await EndAsync(tenant, id, JobState.Cancelled, reason: null).ConfigureAwait(false);
        return await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<JobLineError> ListErrorsAsync(
        string tenant,
        Guid id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        if (await documents.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } job)
            yield break;

        for (var number = 0; number < job.NextChunk; number++)
        {
            var found = await documents.FindErrorsAsync(job.Job, number, cancellationToken).ConfigureAwait(false);
            foreach (var error in found?.Errors ?? [])
                yield return error;
        }
    }

    private async ValueTask<StoredJob> ReceiveAsync(
        Job job,
        IAsyncEnumerable<UserImportLine> lines,
        CancellationToken cancellationToken
    )
    {
        var (total, chunks) = (0L, 0);
        await foreach (var chunk in lines.Chunk(ChunkSize).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await documents.SaveChunkAsync(job, chunks, new UserChunk(chunk), cancellationToken).ConfigureAwait(false);
            (total, chunks) = (total + chunk.Length, chunks + 1);
            await ChangeAsync(JobState.Receiving).ConfigureAwait(false);
        }

        return await ChangeAsync(JobState.Waiting).ConfigureAwait(false);

        async ValueTask<StoredJob> ChangeAsync(JobState state) =>
            await documents
                .ChangeAsync(
                    job.Tenant,
                    job.Id,
                    stored =>
                        stored.Job.State == JobState.Receiving
                            ? stored with
                            {
                                Job = stored.Job with { State = state, Total = total },
                                Chunks = chunks,
                                ChangedAt = time.GetUtcNow(),
                            }
                            : null,
                    cancellationToken
                )
                .ConfigureAwait(false)
            ?? throw new OperationCanceledException("The job was cancelled.");
    }

    private async ValueTask EndAsync(string tenant, Guid id, JobState state, string? reason)
    {
        var now = time.GetUtcNow();
        await documents
            .ChangeAsync(tenant, id, job => job.HasEnded ? null : job.End(state, now, reason), CancellationToken.None)
            .ConfigureAwait(false);
        worker.Wake();
    }
}
