using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Notify.Core.Queries;
using Notify.Core.Validation;

namespace Notify.Core.Jobs;

/// <summary>Starts, shows and cancels jobs.</summary>
internal sealed class JobDirectory(
    JobDocuments documents,
    JobResults results,
    JobWorker worker,
    IdGenerator ids,
    TimeProvider time
) : IJobs
{
    /// <summary>The number of jobs of a tenant that have not ended. It bounds what a tenant can store.</summary>
    private const int MaxUnfinished = 100;

    private const int MaxDaysNotSeen = 3_650;

    public Task<Job> ImportUsersAsync(
        string tenant,
        IAsyncEnumerable<ImportLine<User>> lines,
        CancellationToken cancellationToken = default
    ) => ImportAsync(tenant, JobKinds.ImportUsers, lines, JobsJson.Default.UserChunk, cancellationToken);

    public Task<Job> ImportDevicesAsync(
        string tenant,
        IAsyncEnumerable<ImportLine<Device>> lines,
        CancellationToken cancellationToken = default
    ) => ImportAsync(tenant, JobKinds.ImportDevices, lines, JobsJson.Default.DeviceChunk, cancellationToken);

    public Task<Job> ExportUsersAsync(string tenant, CancellationToken cancellationToken = default) =>
        StartAsync(tenant, JobKinds.ExportUsers, job => job, cancellationToken);

    public Task<Job> ExportDevicesAsync(string tenant, CancellationToken cancellationToken = default) =>
        StartAsync(tenant, JobKinds.ExportDevices, job => job, cancellationToken);

    public Task<Job> ExportUserAsync(string tenant, string userId, CancellationToken cancellationToken = default) =>
        StartForUserAsync(tenant, JobKinds.ExportUser, userId, cancellationToken);

    public Task<Job> EraseUserAsync(string tenant, string userId, CancellationToken cancellationToken = default) =>
        StartForUserAsync(tenant, JobKinds.EraseUser, userId, cancellationToken);

    public Task<Job> PruneStaleDevicesAsync(
        string tenant,
        int days,
        bool isDryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        if (days is < 1 or > MaxDaysNotSeen)
            InvalidRequestException.ThrowIfAny([
                new FieldError("days", FieldErrorCodes.OutOfRange, $"Use 1 to {MaxDaysNotSeen} days."),
            ]);
        // Stores keep times to the millisecond at least.
        var seenAfter = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().AddDays(-days).ToUnixTimeMilliseconds());
        return StartAsync(
            tenant,
            JobKinds.StaleDevices,
            job => job with { IsDryRun = isDryRun, SeenAfter = seenAfter, Affected = 0 },
            cancellationToken
        );
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadResultAsync(
        string tenant,
        Guid id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var job = await documents.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false);
        if (job is null || !(job.Job.ResultExpiresAt > time.GetUtcNow()))
            yield break;

        await foreach (var part in results.ReadAsync(job, cancellationToken).ConfigureAwait(false))
            yield return part;
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

        for (var number = 0; number < job.NextStep; number++)
        {
            var found = await documents.FindErrorsAsync(job.Job, number, cancellationToken).ConfigureAwait(false);
            foreach (var error in found?.Errors ?? [])
                yield return error;
        }
    }

    private async Task<Job> ImportAsync<TItem>(
        string tenant,
        string kind,
        IAsyncEnumerable<ImportLine<TItem>> lines,
        JsonTypeInfo<ImportChunk<TItem>> chunks,
        CancellationToken cancellationToken
    )
        where TItem : class
    {
        ArgumentNullException.ThrowIfNull(lines);
        var job = await CreateAsync(tenant, kind, job => job with { State = JobState.Receiving }, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var writer = new ImportWriter<TItem>(job, documents, chunks, time);
            var received = await writer.ReceiveAsync(lines, cancellationToken).ConfigureAwait(false);
            worker.Wake();
            return received.ToJob();
        }
        catch (Exception)
        {
            // If this fails as well, the worker notices that the job makes no progress.
            await EndAsync(tenant, job.Id, JobState.Failed, "the lines did not arrive completely").ConfigureAwait(false);
            throw;
        }
    }

    private Task<Job> StartForUserAsync(string tenant, string kind, string userId, CancellationToken cancellationToken)
    {
        InvalidRequestException.ThrowIfAny(Names.FindError("userId", userId) is { } error ? [error] : []);
        return StartAsync(tenant, kind, job => job with { UserId = userId }, cancellationToken);
    }

    private async Task<Job> StartAsync(string tenant, string kind, Func<Job, Job> complete, CancellationToken cancellationToken)
    {
        var job = await CreateAsync(tenant, kind, complete, cancellationToken).ConfigureAwait(false);
        worker.Wake();
        return job;
    }

    private async ValueTask<Job> CreateAsync(
        string tenant,
        string kind,
        Func<Job, Job> complete,
        CancellationToken cancellationToken
    )
    {
        InvalidRequestException.ThrowIfAny(Names.FindError("tenant", tenant) is { } error ? [error] : []);
        var unfinished = await documents.ListQueuedAsync(tenant, cancellationToken).ConfigureAwait(false);
        if (unfinished.Count >= MaxUnfinished)
            InvalidRequestException.ThrowIfAny([
                new FieldError(
                    "tenant",
                    FieldErrorCodes.TooMany,
                    $"The tenant has {unfinished.Count} jobs that have not ended. Wait for one, or cancel one."
                ),
            ]);

        var now = time.GetUtcNow();
        var job = complete(
            new Job
            {
                Id = ids.Create(now),
                Tenant = tenant,
                Kind = kind,
                State = JobState.Waiting,
                CreatedAt = now,
            }
        );
        await documents.CreateAsync(new StoredJob { Job = job, ChangedAt = now }, cancellationToken).ConfigureAwait(false);
        return job;
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
