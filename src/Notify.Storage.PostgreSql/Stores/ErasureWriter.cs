using Notify.Providers;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Erases deliveries and events, and the contents of their notifications if they have no other recipient left.</summary>
internal sealed class ErasureWriter(StoreDatabase database, ContentReader contents)
{
    // Rows are locked in one order and without waiting. The next pass erases the rows that other transactions hold.
    private readonly string _lockDeliveries = $"""
        SELECT id, notification_id, channel, address, user_id FROM {database.Schema}.delivery
        WHERE id = ANY($1) AND (due_at IS NULL OR owner IS NULL OR due_at <= $2)
        ORDER BY id FOR UPDATE SKIP LOCKED
        """;

    private readonly string _eraseDeliveries = $"""
        UPDATE {database.Schema}.delivery SET
            address = '', address_key = NULL, device_id = NULL, topic = NULL, collapse_key = NULL, collapse_address = NULL,
            content = NULL,
            history = '', receipts = '', reason = $3,
            state = CASE WHEN due_at IS NULL THEN state ELSE {(int)DeliveryState.Cancelled} END,
            ended_at = COALESCE(ended_at, $2), due_at = NULL, owner = NULL, fence = fence + 1
        WHERE id = ANY($1)
        """;

    private readonly string _loseLeases = $"""
        WITH locked AS MATERIALIZED (
            SELECT d.id FROM {database.Schema}.digest d
            WHERE d.id IN (
                SELECT e.digest_id FROM {database.Schema}.digest_event e
                WHERE e.id = ANY($1) AND e.state = {(int)CollectedState.Waiting})
            ORDER BY d.id FOR UPDATE
        )
        UPDATE {database.Schema}.digest d SET fence = d.fence + 1 FROM locked WHERE d.id = locked.id
        """;

    private readonly string _eraseEvents = $"""
        UPDATE {database.Schema}.digest_event SET
            state = CASE state WHEN {(int)CollectedState.Waiting} THEN {(int)CollectedState.Cancelled} ELSE state END,
            reason = $2, trigger = NULL
        WHERE id = ANY($1)
        RETURNING digest_id, notification_id, user_id
        """;

    private readonly NotificationLabels _labels = new(database.Schema);

    private readonly string _removeEmpty = DigestEvents.RemoveEmpty(database.Schema);

    private readonly string _findNotifications = $"""
        SELECT n.id, n.accepted_at, n.expires_at, n.trigger, n.contents,
            EXISTS (
                SELECT 1 FROM {database.Schema}.delivery d
                WHERE d.notification_id = n.id AND (d.address <> '' OR d.reason IS DISTINCT FROM $2))
            OR EXISTS (
                SELECT 1 FROM {database.Schema}.digest_event e
                WHERE e.notification_id = n.id AND e.reason IS DISTINCT FROM $2)
            OR EXISTS (
                SELECT 1 FROM {database.Schema}.expansion x WHERE x.notification_id = n.id AND x.due_at IS NOT NULL)
        FROM {database.Schema}.notification n WHERE n.id = ANY($1) ORDER BY n.id FOR UPDATE OF n
        """;

    private readonly string _keepNotification =
        $"UPDATE {database.Schema}.notification SET trigger = $2, contents = $3 WHERE id = $1";

    /// <summary>Erases the deliveries that are not leased. Returns their ids.</summary>
    public async ValueTask<HashSet<Guid>> EraseDeliveriesAsync(
        NpgsqlConnection connection,
        Guid[] ids,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var locked = await connection
            .QueryAsync(
                _lockDeliveries,
                parameters => parameters.With(ids).With(now),
                row =>
                    (
                        Id: row.GetGuid(0),
                        NotificationId: row.GetGuid(1),
                        To: new Address(Channel.Create(row.GetString(2)), row.GetString(3)),
                        UserId: row.TextOrNull(4)
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        Guid[] free = [.. locked.Select(row => row.Id)];
        await connection
            .ExecuteAsync(_eraseDeliveries, parameters => parameters.With(free).With(now).With(Erasure.Reason), cancellationToken)
            .ConfigureAwait(false);
        await EraseNotificationsAsync(
                connection,
                locked.ToLookup(row => row.NotificationId, row => ((Address?)row.To, row.UserId)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. free];
    }

    /// <summary>Erases events, and removes waiting ones from their digests. Returns the number of deleted digests.</summary>
    public async ValueTask<int> EraseEventsAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(_loseLeases, parameters => parameters.With(ids), cancellationToken).ConfigureAwait(false);
        var erased = await connection
            .QueryAsync(
                _eraseEvents,
                parameters => parameters.With(ids).With(Erasure.Reason),
                row => (DigestId: row.GetGuid(0), NotificationId: row.GetGuid(1), UserId: row.TextOrNull(2)),
                cancellationToken
            )
            .ConfigureAwait(false);
        Guid[] digests = [.. erased.Select(row => row.DigestId).Distinct()];
        var removed = await connection
            .ExecuteAsync(_removeEmpty, parameters => parameters.With(digests), cancellationToken)
            .ConfigureAwait(false);
        await EraseNotificationsAsync(
                connection,
                erased.ToLookup(row => row.NotificationId, row => ((Address?)null, row.UserId)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return removed;
    }

    private async ValueTask EraseNotificationsAsync(
        NpgsqlConnection connection,
        ILookup<Guid, (Address? To, string? UserId)> rows,
        CancellationToken cancellationToken
    )
    {
        Guid[] ids = [.. rows.Select(group => group.Key)];
        var found = await connection
            .QueryAsync(
                _findNotifications,
                parameters => parameters.With(ids).With(Erasure.Reason),
                row => (Notification: DeliveryRow.ReadNotification(row, 0), HasOthers: row.GetBoolean(5)),
                cancellationToken
            )
            .ConfigureAwait(false);
        foreach (var (notification, hasOthers) in found)
        {
            Address[] addresses = [.. rows[notification.Id].Select(row => row.To).OfType<Address>()];
            string[] userIds = [.. rows[notification.Id].Select(row => row.UserId).OfType<string>()];
            if (ErasedNotification.From(notification, addresses, userIds, hasOthers) is not { } erased)
                continue;

            await connection
                .ExecuteAsync(
                    _keepNotification,
                    parameters =>
                        parameters
                            .With(erased.Id)
                            .With(StoredForm.WriteTrigger(erased.Trigger))
                            .With(StoredForm.WriteContents(erased)),
                    cancellationToken
                )
                .ConfigureAwait(false);
            contents.Remove(erased.Id);
            if (!hasOthers)
                await _labels.DeleteAsync(connection, erased.Id, cancellationToken).ConfigureAwait(false);
        }
    }
}
