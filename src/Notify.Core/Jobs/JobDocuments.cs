using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>
/// Keeps jobs as documents. Their ids begin with a time, so that old ones are removed with one range. Unfinished jobs are also
/// listed in a queue, so that workers do not read those that have ended.
/// </summary>
internal sealed class JobDocuments(IDocumentStore documents)
{
    private const string Jobs = "jobs";
    private const string Queue = "job-queue";
    private const string Chunks = "job-chunks";
    private const string Errors = "job-errors";

    private const int MaxErrorBytes = 900_000;

    // The key says everything, but a document must not be empty.
    private static readonly byte[] QueueEntry = "{}"u8.ToArray();

    private static readonly string[] Collections = [Jobs, Queue, Chunks, Errors, JobResults.Collection];

    /// <summary>Stores a new job. It is queued first, so that none is forgotten if the process ends in between.</summary>
    public async ValueTask CreateAsync(StoredJob job, CancellationToken cancellationToken)
    {
        var key = CreateKey(Queue, job.Job.Tenant, job.Job.Id);
        await documents.UpdateAsync(key, static _ => QueueEntry, cancellationToken).ConfigureAwait(false);
        await documents
            .UpdateAsync(CreateKey(Jobs, job.Job.Tenant, job.Job.Id), _ => Write(job), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask<StoredJob?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        await documents.FindAsync(CreateKey(Jobs, tenant, id), cancellationToken).ConfigureAwait(false) is { } document
            ? Read(document.Content)
            : null;

    /// <summary>Changes a job atomically. Returns the job afterwards; null if it does not exist or was left unchanged.</summary>
    public async ValueTask<StoredJob?> ChangeAsync(
        string tenant,
        Guid id,
        Func<StoredJob, StoredJob?> change,
        CancellationToken cancellationToken
    )
    {
        StoredJob? changed = null;
        var isChanged = await documents
            .UpdateAsync(
                CreateKey(Jobs, tenant, id),
                stored =>
                {
                    changed = stored is { } content ? change(Read(content)) : null;
                    return changed is null ? null : Write(changed);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return isChanged ? changed : null;
    }

    public async ValueTask<IReadOnlyList<StoredJob>> ListAsync(
        string tenant,
        string? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var query = new DocumentQuery
        {
            Collection = Jobs,
            Tenant = tenant,
            Before = before,
            IsDescending = true,
            Limit = limit,
        };
        var found = await documents.ListAsync(query, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(document => Read(document.Content))];
    }

    /// <summary>Lists queued jobs, of all tenants if none is specified, oldest first.</summary>
    public async ValueTask<IReadOnlyList<(string Tenant, Guid Id)>> ListQueuedAsync(
        string? tenant,
        CancellationToken cancellationToken
    )
    {
        const int Limit = 1_000;
        var queued = new List<(string, Guid)>();
        for (string? after = null; ; after = $"{queued[^1].Item2}")
        {
            var query = new DocumentQuery
            {
                Collection = Queue,
                Tenant = tenant,
                After = after,
                Limit = Limit,
            };
            var found = await documents.ListAsync(query, cancellationToken).ConfigureAwait(false);
            queued.AddRange(found.Select(document => (document.Key.Tenant, Guid.Parse(document.Key.Id))));
            if (found.Count < Limit)
                return queued;
        }
    }

    /// <summary>Removes a job that has ended from the queue.</summary>
    public async ValueTask RemoveFromQueueAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        await documents.RemoveAsync(CreateKey(Queue, tenant, id), static _ => true, cancellationToken).ConfigureAwait(false);

    public async ValueTask SaveChunkAsync(
        Job job,
        int number,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => await documents.UpdateAsync(CreateKey(Chunks, job, number), _ => content, cancellationToken).ConfigureAwait(false);

    public async ValueTask<TChunk?> FindChunkAsync<TChunk>(
        Job job,
        int number,
        JsonTypeInfo<TChunk> type,
        CancellationToken cancellationToken
    )
        where TChunk : class =>
        await documents.FindAsync(CreateKey(Chunks, job, number), cancellationToken).ConfigureAwait(false) is { } document
            ? JsonSerializer.Deserialize(document.Content.Span, type)
            : null;

    /// <summary>Removes a chunk that is done: it contains personal data.</summary>
    public async ValueTask RemoveChunkAsync(Job job, int number, CancellationToken cancellationToken) =>
        await documents.RemoveAsync(CreateKey(Chunks, job, number), static _ => true, cancellationToken).ConfigureAwait(false);

    public async ValueTask SaveErrorsAsync(Job job, int number, StepErrors errors, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(errors, JobsJson.Default.StepErrors);
        if (content.Length > MaxErrorBytes)
            content = JsonSerializer.SerializeToUtf8Bytes(errors.Shorten(), JobsJson.Default.StepErrors);
        await documents.UpdateAsync(CreateKey(Errors, job, number), _ => content, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<StepErrors?> FindErrorsAsync(Job job, int number, CancellationToken cancellationToken) =>
        await documents.FindAsync(CreateKey(Errors, job, number), cancellationToken).ConfigureAwait(false) is { } document
            ? JsonSerializer.Deserialize(document.Content.Span, JobsJson.Default.StepErrors)
            : null;

    /// <summary>Removes jobs that were created before a time, with everything that belongs to them.</summary>
    public async ValueTask RemoveBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        const int Limit = 500;
        // The lowest id of that time: a UUIDv7 begins with its milliseconds.
        var milliseconds = time.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture);
        var before = $"{milliseconds[..8]}-{milliseconds[8..]}";
        foreach (var collection in Collections)
        {
            while (await documents.RemoveBeforeAsync(collection, before, Limit, cancellationToken).ConfigureAwait(false) == Limit)
            { }
        }
    }

    private static DocumentKey CreateKey(string collection, string tenant, Guid id) => new(collection, tenant, id.ToString());

    private static DocumentKey CreateKey(string collection, Job job, int number) =>
        new(collection, job.Tenant, string.Create(CultureInfo.InvariantCulture, $"{job.Id}/{number:D8}"));

    private static StoredJob Read(ReadOnlyMemory<byte> content) =>
        JsonSerializer.Deserialize(content.Span, JobsJson.Default.StoredJob)!;

    private static ReadOnlyMemory<byte> Write(StoredJob job) =>
        JsonSerializer.SerializeToUtf8Bytes(job, JobsJson.Default.StoredJob);
}
