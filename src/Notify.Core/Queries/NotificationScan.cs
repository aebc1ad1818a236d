using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>
/// Finds the notifications of a page, within limits. Users, addresses, templates, categories, priorities and channels are not
/// indexed, because nearly every notification has them and would pay for the index. A query for them scans what the other
/// criteria find.
/// </summary>
internal sealed class NotificationScan(INotificationStore notifications, TimeProvider time)
{
    /// <summary>
    /// The number of expanded subscribers above which a list does not count the deliveries of a notification, which would take
    /// seconds for each broadcast to a million.
    /// </summary>
    private const long MaxListedSubscribers = 5_000;

    private const int MinBatchSize = 100;
    private const int MaxBatchSize = 500;

    /// <summary>The maximum number of notifications that the store examines before the time is compared.</summary>
    private const int MaxScannedAtOnce = 1_000;

    /// <summary>
    /// Finds the notifications of a page. Also returns the last notification that was scanned if there may be more.
    /// </summary>
    public async ValueTask<(List<NotificationSummary> Found, Guid? Last)> RunAsync(
        NotificationQuery query,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var search = CreateSearch(query, limit);
        var found = new List<NotificationSummary>();
        var pageLimit = new ScanLimit(time);
        for (var scanned = 0; ; )
        {
            var batch = await notifications.SearchAsync(search with { Before = after }, cancellationToken).ConfigureAwait(false);
            var matches = await MatchAsync(query, batch.Items, limit - found.Count, cancellationToken).ConfigureAwait(false);
            foreach (var candidate in batch.Items)
            {
                if (found.Count == limit)
                    return (found, after);

                after = candidate.Id;
                if (matches.TryGetValue(candidate.Id, out var match))
                    found.Add(match);
            }

            if (batch.Last is null)
                return (found, null);
            after = batch.Last;
            scanned += batch.Scanned;
            if (pageLimit.IsReached(scanned))
                return (found, after);
            // The first batches are small, because most searches need no more.
            search = search with { Limit = Math.Max(search.Limit, Math.Min(2 * search.Limit, MaxBatchSize)) };
        }
    }

    private static NotificationSearch CreateSearch(NotificationQuery query, int limit) =>
        new()
        {
            Filter = new NotificationFilter
            {
                Tenant = query.Tenant,
                From = query.From,
                To = query.To,
                Reference = query.Reference,
                Tag = query.Tag,
            },
            Part = query.Status switch
            {
                NotificationStatus.Scheduled or NotificationStatus.InProgress => ProgressPart.Waiting,
                NotificationStatus.Completed => ProgressPart.Sent,
                NotificationStatus.Failed => ProgressPart.DeadLetter,
                NotificationStatus.Cancelled => ProgressPart.Cancelled,
                NotificationStatus.NothingToSend => ProgressPart.None,
                _ => null,
            },
            Channel = query.Channel,
            // One more than the page shows, which reveals whether there is a next page.
            Limit = query switch
            {
                { UserId: null, Address: null, Template: null, Category: null, Priority: null } => NeedsProgress(query)
                    ? Math.Max(limit + 1, MinBatchSize)
                    : limit + 1,
                _ => MaxBatchSize,
            },
            MaxScanned = MaxScannedAtOnce,
            MaxSubscribers = MaxListedSubscribers,
        };

    /// <summary>Finds those candidates that match, with their status, which needs one query for all of them.</summary>
    private async ValueTask<Dictionary<Guid, NotificationSummary>> MatchAsync(
        NotificationQuery query,
        IReadOnlyList<NotificationSummary> candidates,
        int needed,
        CancellationToken cancellationToken
    )
    {
        var matches = candidates.Where(candidate => IsMatch(query, candidate.Trigger));
        NotificationSummary[] counted = [.. NeedsProgress(query) ? matches : matches.Take(needed)];
        if (counted.Length == 0)
            return [];

        var now = time.GetUtcNow();
        Guid[] ids = [.. counted.Select(notification => notification.Id)];
        var progress = await notifications
            .CountAsync(query.Tenant, ids, MaxListedSubscribers, cancellationToken)
            .ConfigureAwait(false);
        return counted
            .Select(notification =>
            {
                var one = progress.GetValueOrDefault(notification.Id, NotificationProgress.None);
                var status = StatusRules.Compute(notification.Trigger, one, now);
                return (Summary: notification with { Status = status }, Progress: one);
            })
            .Where(one => query.Status is null || one.Summary.Status == query.Status)
            .Where(one => query.Channel is not { } channel || UsesChannel(one.Summary.Trigger, one.Progress, channel))
            .ToDictionary(one => one.Summary.Id, one => one.Summary);
    }

    private static bool NeedsProgress(NotificationQuery query) => query.Status is not null || query.Channel is not null;

    private static bool IsMatch(NotificationQuery query, Trigger trigger) =>
        (
            query.UserId is null
            || trigger.To.Any(recipient => recipient.Kind == RecipientKind.User && recipient.Value == query.UserId)
        )
        && (query.Address is null || trigger.To.Any(recipient => IsAt(recipient, query.Address)))
        && (query.Template is null || trigger.Template == query.Template)
        && (query.Category is null || trigger.Category == query.Category)
        && (query.Priority is null || trigger.Priority == query.Priority);

    private static bool IsAt(Recipient recipient, string address) =>
        recipient is { Kind: RecipientKind.Address, Channel: { } channel }
        && AddressFormat.Normalize(channel, recipient.Value) == AddressFormat.Normalize(channel, address);

    // The channels of a large broadcast are not counted. Without channels in its trigger, it uses any.
    private static bool UsesChannel(Trigger trigger, NotificationProgress progress, Channel channel) =>
        progress.Deliveries is not null
            ? progress.Channels.Contains(channel)
            : trigger.Channels is null
                || trigger.Channels.Contains(channel)
                || trigger.Fallback?.Any(step => step.Channel == channel) == true;
}
