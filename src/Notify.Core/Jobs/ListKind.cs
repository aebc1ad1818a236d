namespace Notify.Core.Jobs;

/// <summary>
/// Goes through a list of a tenant, a page per step. It counts the list first, so that its progress has a total; what is added
/// meanwhile is included.
/// </summary>
internal abstract class ListKind<TItem> : IJobKind
{
    private const int CountedPerStep = 1_000;
    private const int HandledPerStep = 200;

    public abstract string Kind { get; }

    public virtual bool HasResult => false;

    public async ValueTask<JobStep> RunAsync(StoredJob job, CancellationToken cancellationToken)
    {
        var limit = job.IsCounted ? HandledPerStep : CountedPerStep;
        var items = await ReadAsync(job.Job, job.Position, limit, cancellationToken).ConfigureAwait(false);
        var isEnd = items.Count < limit;
        var position = items.Count == 0 ? null : GetPosition(items[^1]);
        if (!job.IsCounted)
            return new JobStep
            {
                Counted = items.Count,
                Position = isEnd ? null : position,
                IsCounted = isEnd,
            };

        var step = await HandleAsync(job.Job, items, cancellationToken).ConfigureAwait(false);
        return step with { Done = items.Count, Position = position, IsCounted = true, IsLast = isEnd };
    }

    /// <summary>Reads the items after a position, which is null for the beginning.</summary>
    protected abstract ValueTask<IReadOnlyList<TItem>> ReadAsync(
        Job job,
        string? after,
        int limit,
        CancellationToken cancellationToken
    );

    protected abstract string GetPosition(TItem item);

    /// <summary>Handles items. Handling them again leads to the same result.</summary>
    protected abstract ValueTask<JobStep> HandleAsync(Job job, IReadOnlyList<TItem> items, CancellationToken cancellationToken);
}
