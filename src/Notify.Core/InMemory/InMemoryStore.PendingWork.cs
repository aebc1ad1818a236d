namespace Notify.Core.InMemory;

/// <content>The work that has not ended, for tests that control the clock.</content>
internal sealed partial class InMemoryStore
{
    /// <summary>Gets the work that is due or that a worker holds, and when the next other work falls due.</summary>
    public PendingWork GetPendingWork(DateTimeOffset now)
    {
        var due = 0;
        DateTimeOffset? next = null;
        lock (_lock)
        {
            foreach (var stored in _deliveries.Values)
                Add(stored.DueAt, stored.Owner is not null);
            foreach (var expansion in _expansions)
                Add(expansion.DueAt, expansion.IsLeased);
            foreach (var digest in _digests.Values)
                Add(digest.DueAt, digest.IsLeased);
        }

        return new PendingWork(due, next);

        void Add(DateTimeOffset? dueAt, bool isLeased)
        {
            if (dueAt is not { } at)
                return;
            if (isLeased || at <= now)
                due++;
            else if (next is null || at < next)
                next = at;
        }
    }
}

/// <summary>The work of a store that has not ended.</summary>
/// <param name="Due">The number of deliveries, topics and digests that are due or that a worker holds.</param>
/// <param name="NextDueAt">The time at which the next other work falls due; null if there is none.</param>
internal readonly record struct PendingWork(int Due, DateTimeOffset? NextDueAt);
