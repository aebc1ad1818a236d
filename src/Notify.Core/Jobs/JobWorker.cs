using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;

namespace Notify.Core.Jobs;

/// <summary>
/// Runs jobs, a few steps of each in turn, so that a long one delays the others little. A lease keeps two workers from running
/// the same job; if the process ends, another one continues with the first step that is not done.
/// </summary>
internal sealed class JobWorker(
    JobDocuments documents,
    JobResults results,
    IEnumerable<IJobKind> kinds,
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<JobWorker> logger
) : DueWorker(timer, settings, options, time)
{
    private const int StepsPerTurn = 20;

    /// <summary>The number of times in a row that a step may fail because of an unexpected error.</summary>
    private const int MaxInterruptions = 20;

    /// <summary>The time after which a job whose lines stopped arriving is given up.</summary>
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The time for which jobs are kept, from their creation.</summary>
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    /// <summary>The time for which results are kept after the end of their job: they contain personal data.</summary>
    private static readonly TimeSpan ResultRetention = TimeSpan.FromDays(1);

    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    /// <summary>
    /// A job takes seconds to hours, so querying for those of other processes more than once a second is not worth it.
    /// </summary>
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IJobKind> _kinds = kinds.ToDictionary(kind => kind.Kind, StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> _lastTurns = new(StringComparer.Ordinal);
    private DateTimeOffset _purgeAt;

    protected override TimeSpan Interval => PollAtMostEvery(MinInterval);

    protected override async ValueTask<bool> WorkAsync(CancellationToken stopping)
    {
        await PurgeAsync(stopping).ConfigureAwait(false);
        var isMore = false;
        var queued = await documents.ListQueuedAsync(tenant: null, stopping).ConfigureAwait(false);
        foreach (var tenant in queued.GroupBy(job => job.Tenant, job => job.Id))
            isMore |= await RunTenantAsync(tenant.Key, [.. tenant], stopping).ConfigureAwait(false);
        return isMore;
    }

    /// <summary>
    /// Gives one job of a tenant a turn, so that a tenant with many jobs does not delay the others. The jobs of a tenant take
    /// turns as well.
    /// </summary>
    private async ValueTask<bool> RunTenantAsync(string tenant, IReadOnlyList<Guid> jobs, CancellationToken stopping)
    {
        var last = _lastTurns.GetValueOrDefault(tenant);
        foreach (var id in jobs.Where(id => IsAfter(id, last)).Concat(jobs.Where(id => !IsAfter(id, last))))
        {
            try
            {
                if (!await RunTurnAsync(tenant, id, stopping).ConfigureAwait(false))
                    continue;

                _lastTurns[tenant] = id;
                return true;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                await InterruptAsync(tenant, id, exception, stopping).ConfigureAwait(false);
            }
        }

        _lastTurns.Remove(tenant);
        return false;

        static bool IsAfter(Guid id, Guid last) => string.CompareOrdinal($"{id}", $"{last}") > 0;
    }

    protected override void LogFailure(Exception exception) => Log.JobsUnreachable(logger, exception);

    /// <summary>Runs a few steps of a job. Returns whether this worker can go on with it at once.</summary>
    private async ValueTask<bool> RunTurnAsync(string tenant, Guid id, CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        var found = await documents.FindAsync(tenant, id, stopping).ConfigureAwait(false);
        if (found is null || found.HasEnded)
        {
            // A job that is just being created is queued before it exists.
            if (found is not null)
                await ForgetAsync(found, stopping).ConfigureAwait(false);
            return false;
        }

        if (found.Job.State == JobState.Receiving && found.ChangedAt < now - ReceiveTimeout)
        {
            await documents.ChangeAsync(tenant, id, job => GiveUp(job, now), stopping).ConfigureAwait(false);
            return true;
        }

        if (!found.CanBeLeased(now) || await LeaseAsync(tenant, id, stopping).ConfigureAwait(false) is not { } job)
            return false;

        for (var i = 0; i < StepsPerTurn; i++)
        {
            if (await RunStepAsync(job, stopping).ConfigureAwait(false) is not { HasEnded: false } next)
                return true;
            job = next;
            if (job.NotBefore is not null)
                break;
        }

        await ChangeAsync(job, stored => stored with { LeasedUntil = null }, stopping).ConfigureAwait(false);
        return true;
    }

    // The lines of a job that ended early contain personal data that is of no more use.
    private async ValueTask ForgetAsync(StoredJob job, CancellationToken stopping)
    {
        for (var number = job.NextStep; number < job.Chunks; number++)
            await documents.RemoveChunkAsync(job.Job, number, stopping).ConfigureAwait(false);
        if (job.Job.State != JobState.Completed)
            await results.RemoveAsync(job.Job.Tenant, job.Job.Id, stopping).ConfigureAwait(false);
        await documents.RemoveFromQueueAsync(job.Job.Tenant, job.Job.Id, stopping).ConfigureAwait(false);
    }

    private static StoredJob? GiveUp(StoredJob job, DateTimeOffset now) =>
        job.Job.State == JobState.Receiving && job.ChangedAt < now - ReceiveTimeout
            ? job.End(JobState.Failed, now, "the lines did not arrive completely")
            : null;

    private ValueTask<StoredJob?> LeaseAsync(string tenant, Guid id, CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        return documents.ChangeAsync(
            tenant,
            id,
            job =>
                job.CanBeLeased(now)
                    ? job with
                    {
                        Job = job.Job with { State = JobState.Running, StartedAt = job.Job.StartedAt ?? now },
                        Fence = job.Fence + 1,
                        LeasedUntil = now + Options.LeaseDuration,
                        ChangedAt = now,
                    }
                    : null,
            stopping
        );
    }

    /// <summary>Runs a step, and stores the progress. Returns null if the lease was lost or the job was cancelled.</summary>
    private async ValueTask<StoredJob?> RunStepAsync(StoredJob leased, CancellationToken stopping)
    {
        var (job, number) = (leased.Job, leased.NextStep);
        if (!_kinds.TryGetValue(job.Kind, out var kind))
            throw new InvalidOperationException($"This version of Notify has no jobs of the kind {job.Kind}.");

        var step = await kind.RunAsync(leased, stopping).ConfigureAwait(false);
        // Errors are stored before the progress: if the process ends in between, the step is repeated with the same result.
        if (step.Errors.Count > 0)
            await documents.SaveErrorsAsync(job, number, new StepErrors(step.Errors), stopping).ConfigureAwait(false);

        if (!step.Lines.IsEmpty)
            await results.SaveAsync(leased, step.Lines, stopping).ConfigureAwait(false);
        var expiresAt = kind.HasResult && step.IsLast ? Time.GetUtcNow() + ResultRetention : (DateTimeOffset?)null;
        if (expiresAt is { } at)
            await results.ExpireAsync(job, at, stopping).ConfigureAwait(false);

        var next = await ChangeAsync(leased, stored => Advance(stored, step, expiresAt), stopping).ConfigureAwait(false);
        if (next is not null && number < leased.Chunks)
            await documents.RemoveChunkAsync(job, number, stopping).ConfigureAwait(false);
        return next;
    }

    private StoredJob Advance(StoredJob stored, JobStep step, DateTimeOffset? expiresAt)
    {
        var now = Time.GetUtcNow();
        var done = stored.Job.Done + step.Done;
        var total = stored.Job.Total + step.Counted;
        var advanced = stored with
        {
            Job = stored.Job with
            {
                Done = done,
                // A list may have grown or shrunk since it was counted.
                Total = step.IsLast ? done : Math.Max(done, total),
                Failed = stored.Job.Failed + step.Errors.Count,
                Affected = step.Affected is { } affected ? (stored.Job.Affected ?? 0) + affected : stored.Job.Affected,
                ResultExpiresAt = expiresAt,
            },
            Position = step.Position,
            IsCounted = step.IsCounted,
            NotBefore = now + step.Pause,
            NextStep = stored.NextStep + 1,
            LeasedUntil = now + Options.LeaseDuration,
            ChangedAt = now,
            Interruptions = 0,
        };
        return step.IsLast ? advanced.End(JobState.Completed, now) : advanced;
    }

    // Only the holder of the latest lease may change a running job.
    private ValueTask<StoredJob?> ChangeAsync(StoredJob job, Func<StoredJob, StoredJob> change, CancellationToken stopping) =>
        documents.ChangeAsync(
            job.Job.Tenant,
            job.Job.Id,
            stored => stored.Fence == job.Fence && stored.Job.State == JobState.Running ? change(stored) : null,
            stopping
        );

    // The lease is not given up, so that the job is tried again only after its end. It fails if its step never succeeds.
    private async ValueTask InterruptAsync(string tenant, Guid id, Exception exception, CancellationToken stopping)
    {
        Log.JobInterrupted(logger, exception, id);
        var now = Time.GetUtcNow();
        var changed = await documents
            .ChangeAsync(
                tenant,
                id,
                job =>
                    job.Job.State != JobState.Running ? null
                    : job.Interruptions >= MaxInterruptions ? job.End(JobState.Failed, now, "its items cannot be processed")
                    : job with { Interruptions = job.Interruptions + 1 },
                stopping
            )
            .ConfigureAwait(false);
        if (changed?.Job.State == JobState.Failed)
            Log.JobFailed(logger, exception, id);
    }

    private async ValueTask PurgeAsync(CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        if (now < _purgeAt)
            return;

        await documents.RemoveBeforeAsync(now - Retention, stopping).ConfigureAwait(false);
        await results.PurgeAsync(now, stopping).ConfigureAwait(false);
        _purgeAt = now + PurgeInterval;
    }
}
