using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>
/// Finds the dead letters of a page. Those with a part of a reason are found within limits: an index cannot find a part of a
/// text, and a search through hundreds of thousands of dead letters takes seconds.
/// </summary>
internal sealed class DeadLetterScan(IDeadLetterStore deadLetters, TimeProvider time)
{
    private const int BatchSize = 500;

    /// <summary>Finds the dead letters of a page. Also returns the last one that was scanned if there may be more.</summary>
    public async ValueTask<(List<DeliveryRecord> Found, DeadLetterPosition? Last)> RunAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var all = filter with { Reason = null };
        // One more than the page shows, which reveals whether there is a next page.
        var batchSize = filter.Reason is null ? limit + 1 : BatchSize;
        var found = new List<DeliveryRecord>();
        var pageLimit = new ScanLimit(time);
        for (var scanned = 0; ; )
        {
            var batch = await deadLetters.ListAsync(all, after, batchSize, cancellationToken).ConfigureAwait(false);
            foreach (var record in batch)
            {
                if (found.Count == limit)
                    return (found, after);

                after = DeadLetterPosition.Create(record);
                if (filter.Reason is not { } reason || record.Reason?.Contains(reason, StringComparison.Ordinal) == true)
                    found.Add(record);
            }

            // A batch can be short although there are more: a store leaves out what was purged meanwhile. The next one tells, so
            // that a page does not end with a next page that is empty.
            if (batch.Count == 0)
                return (found, null);
            scanned += batch.Count;
            var isFull = batch.Count == batchSize;
            if (isFull && pageLimit.IsReached(scanned))
                return (found, after);
        }
    }
}
