using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>
/// Purges old data in small transactions, so that other writes wait for at most one of them. There is one writer, and sending
/// needs it, so a purge of millions of rows rests after each. The rows are found on a connection that only reads.
/// </summary>
internal sealed class RetentionStore : IRetentionStore, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly Statement _purgeDeliveries;
    private readonly Statement _purgeExpansions;
    private readonly Statement _purgeEvents;
    private readonly Statement _purgeNotification;
    private readonly Statement _purgeLabels;
    private readonly Statement _purgeKeys;
    private readonly Statement _purgePermits;
    private readonly Statement _purgeCounts;

    public RetentionStore(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _purgeDeliveries = Prepare(
            """
            DELETE FROM notify_delivery WHERE id IN (
                SELECT id FROM notify_delivery WHERE notification_id = @notification_id AND due_at IS NULL LIMIT @limit)
            """
        );
        _purgeExpansions = Prepare("DELETE FROM notify_expansion WHERE notification_id = @notification_id AND due_at IS NULL");
        _purgeEvents = Prepare(
            $"""
            DELETE FROM notify_digest_event WHERE id IN (
                SELECT id FROM notify_digest_event
                WHERE notification_id = @notification_id AND state <> {(int)CollectedState.Waiting} LIMIT @limit)
            """
        );

        // A dead letter may have been replayed after its notification was found to have ended.
        _purgeNotification = Prepare(
            """
            DELETE FROM notify_notification
            WHERE id = @id AND NOT EXISTS (SELECT 1 FROM notify_delivery WHERE notification_id = @id)
            """
        );
        _purgeLabels = Prepare(
            """
            DELETE FROM notify_label
            WHERE notification_id = @id AND NOT EXISTS (SELECT 1 FROM notify_notification WHERE id = @id)
            """
        );
        _purgeKeys = Prepare(
            """
            DELETE FROM notify_idempotency WHERE (tenant, key) IN (
                SELECT tenant, key FROM notify_idempotency WHERE expires_at <= @before LIMIT @limit)
            """
        );
        _purgePermits = Prepare(
            """
            DELETE FROM notify_throttle WHERE (tenant, category, recipient, taken_at, number) IN (
                SELECT tenant, category, recipient, taken_at, number FROM notify_throttle WHERE taken_at < @before LIMIT @limit)
            """
        );
        _purgeCounts = Prepare(
            """
            DELETE FROM notify_analytics
            WHERE (tenant, time, resolution, measure, detail, channel, provider, template, workflow, category) IN (
                SELECT tenant, time, resolution, measure, detail, channel, provider, template, workflow, category
                FROM notify_analytics WHERE time < @before LIMIT @limit)
            """
        );
    }

    public async ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var pace = new PurgePace(TimeProvider.System);
        var purged = 0L;
        var after = Guid.Empty;
        while (FindEnded(acceptedBefore, after, most) is { Count: > 0 } ended)
        {
            for (var next = 0; next < ended.Count; )
            {
                var first = next;
                pace.Begin();
                (var deliveries, next) = await _writer
                    .RunAsync(() => PurgeSome(ended, first, most), cancellationToken)
                    .ConfigureAwait(false);
                purged += deliveries;
                if (deliveries > 0)
                {
                    var reached = IdRange.GetTime(ended[Math.Min(next, ended.Count - 1)]);
                    await pace.RestAsync(reached, cancellationToken).ConfigureAwait(false);
                }
            }

            after = ended[^1];
        }

        return purged;
    }

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        PurgeAsync(_purgeKeys, now, most, cancellationToken);

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        PurgeAsync(_purgePermits, takenBefore, most, cancellationToken);

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        PurgeAsync(_purgeCounts, before, most, cancellationToken);

    public void Dispose()
    {
        _writer.Dispose();
        _purgeDeliveries.Dispose();
        _purgeExpansions.Dispose();
        _purgeEvents.Dispose();
        _purgeNotification.Dispose();
        _purgeLabels.Dispose();
        _purgeKeys.Dispose();
        _purgePermits.Dispose();
        _purgeCounts.Dispose();
    }

    private Statement Prepare(string sql) => new(_writer.Connection, sql);

    private List<Guid> FindEnded(DateTimeOffset acceptedBefore, Guid after, int most)
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            $"""
            SELECT id FROM notify_notification AS old
            WHERE id > @after AND id < @below AND accepted_at < @accepted_before
                AND NOT EXISTS (SELECT 1 FROM notify_delivery WHERE notification_id = old.id AND due_at IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM notify_expansion WHERE notification_id = old.id AND due_at IS NOT NULL)
                AND NOT EXISTS (
                    SELECT 1 FROM notify_digest_event
                    WHERE notification_id = old.id AND state = {(int)CollectedState.Waiting})
            ORDER BY id LIMIT @limit
            """
        );
        statement
            .Bind("@after", after)
            .Bind("@below", IdRange.GetLowestId(acceptedBefore.AddMilliseconds(1)))
            .Bind("@accepted_before", acceptedBefore)
            .Bind("@limit", most);
        var ended = new List<Guid>();
        while (statement.Read())
            ended.Add(statement.Guid(0));
        return ended;
    }

    /// <returns>The number of purged deliveries, and the index of the first notification that is not finished.</returns>
    private (long Deliveries, int Next) PurgeSome(List<Guid> ended, int next, int most)
    {
        var deliveries = 0L;
        for (var left = most; next < ended.Count; next++)
        {
            var purged = _purgeDeliveries.Bind("@notification_id", ended[next]).Bind("@limit", left).Execute();
            deliveries += purged;
            left -= purged + 1;
            if (left <= 0)
                break;

            left -= _purgeEvents.Bind("@notification_id", ended[next]).Bind("@limit", left).Execute();
            if (left <= 0)
                break;

            _purgeExpansions.Bind("@notification_id", ended[next]).Execute();
            _purgeNotification.Bind("@id", ended[next]).Execute();
            _purgeLabels.Bind("@id", ended[next]).Execute();
        }

        return (deliveries, next);
    }

    private async ValueTask<long> PurgeAsync(
        Statement statement,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    )
    {
        var purged = 0L;
        int step;
        do
        {
            step = await _writer
                .RunAsync(() => statement.Bind("@before", before).Bind("@limit", most).Execute(), cancellationToken)
                .ConfigureAwait(false);
            purged += step;
        } while (step == most);
        return purged;
    }
}
