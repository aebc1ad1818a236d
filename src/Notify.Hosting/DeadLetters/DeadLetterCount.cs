namespace Notify.Hosting.DeadLetters;

/// <summary>Counts the dead letters of a list, unless that would take seconds.</summary>
internal static class DeadLetterCount
{
    /// <summary>Beyond this many dead letters, those with a reason are not counted.</summary>
    private const int MaxCountedByReason = 10_000;

    /// <summary>
    /// Counts the dead letters that match. Returns null if there are too many to compare with a reason: counting by a part of it
    /// reads each dead letter, while the others are counted by an index.
    /// </summary>
    public static async Task<long?> FindAsync(
        INotificationQueries queries,
        DeadLetterFilter filter,
        CancellationToken cancellationToken
    )
    {
        if (filter.Reason is not null)
        {
            var all = filter with { Reason = null };
            if (await queries.CountDeadLettersAsync(all, cancellationToken).ConfigureAwait(false) > MaxCountedByReason)
                return null;
        }

        return await queries.CountDeadLettersAsync(filter, cancellationToken).ConfigureAwait(false);
    }
}
