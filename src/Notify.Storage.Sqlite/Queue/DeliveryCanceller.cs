using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Cancels the unsent deliveries, expansions and events of a notification.</summary>
internal sealed class DeliveryCanceller(SqliteConnection connection) : IDisposable
{
    private readonly Statement _exists = new(connection, "SELECT 1 FROM notify_notification WHERE id = @id AND tenant = @tenant");

    private readonly Statement _stopExpansions = new(
        connection,
        """
        UPDATE notify_expansion SET due_at = NULL, updated_at = @now, reason = NULL
        WHERE notification_id = @notification_id AND due_at IS NOT NULL
        """
    );

    // A current lease of the digest becomes invalid, because its worker has read an event that must not be summarized any
    // more.
    private readonly Statement _loseLeases = new(
        connection,
        $"""
        UPDATE notify_digest SET fence = fence + 1
        WHERE id IN (
            SELECT digest_id FROM notify_digest_event
            WHERE notification_id = @notification_id AND state = {(int)CollectedState.Waiting})
        """
    );

    private readonly Statement _uncollect = new(
        connection,
        $"""
        UPDATE notify_digest_event
        SET state = {(int)CollectedState.Cancelled}, reason = '{NotificationProgress.CancelReason}', trigger = NULL
        WHERE notification_id = @notification_id AND state = {(int)CollectedState.Waiting}
        RETURNING digest_id
        """
    );

    private readonly Statement _removeEmpty = new(connection, DigestRow.RemoveIfEmpty);

    private readonly Statement _countEvents = new(
        connection,
        $"""
        SELECT COUNT(*) FROM notify_digest_event
        WHERE notification_id = @notification_id AND state <> {(int)CollectedState.Waiting}
        """
    );

    private readonly Statement _stop = new(
        connection,
        $"""
        UPDATE notify_delivery
        SET state = {(int)DeliveryState.Cancelled}, due_at = NULL, owner = NULL, fence = fence + 1, ended_at = @now,
            reason = '{NotificationProgress.CancelReason}'
        WHERE notification_id = @notification_id AND due_at IS NOT NULL AND (owner IS NULL OR due_at <= @now)
        RETURNING id
        """
    );

    private readonly Statement _count = new(
        connection,
        "SELECT COUNT(*) FILTER (WHERE due_at IS NOT NULL), COUNT(*) FILTER (WHERE due_at IS NULL) "
            + "FROM notify_delivery WHERE notification_id = @notification_id"
    );

    public Cancellation? Run(string tenant, Guid notificationId, DateTimeOffset now)
    {
        var exists = _exists.Bind("@id", notificationId).Bind("@tenant", tenant).Read();
        _exists.Reset();
        if (!exists)
            return null;

        _stopExpansions.Bind("@notification_id", notificationId).Bind("@now", now).Execute();
        var cancelled = new List<Guid>();
        _stop.Bind("@notification_id", notificationId).Bind("@now", now);
        while (_stop.Read())
            cancelled.Add(_stop.Guid(0));

        _countEvents.Bind("@notification_id", notificationId).Read();
        var endedEvents = _countEvents.Int64(0);
        _countEvents.Reset();
        var collected = Uncollect(notificationId);

        _count.Bind("@notification_id", notificationId).Read();
        var cancellation = new Cancellation
        {
            Cancelled = cancelled.Count,
            InFlight = _count.Int64(0),
            Ended = _count.Int64(1) - cancelled.Count + endedEvents,
            Collected = collected,
            CancelledIds = cancelled,
        };
        _count.Reset();
        return cancellation;
    }

    private int Uncollect(Guid notificationId)
    {
        _loseLeases.Bind("@notification_id", notificationId).Execute();
        var digests = new List<Guid>();
        _uncollect.Bind("@notification_id", notificationId);
        while (_uncollect.Read())
            digests.Add(_uncollect.Guid(0));
        foreach (var digest in digests.Distinct())
            _removeEmpty.Bind("@id", digest).Execute();
        return digests.Count;
    }

    public void Dispose()
    {
        _exists.Dispose();
        _stopExpansions.Dispose();
        _loseLeases.Dispose();
        _uncollect.Dispose();
        _removeEmpty.Dispose();
        _countEvents.Dispose();
        _stop.Dispose();
        _count.Dispose();
    }
}
