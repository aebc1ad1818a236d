using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Holds the statements that cancel a notification.</summary>
internal sealed class DeliveryCanceller(SqliteConnection connection) : IDisposable
{
    private readonly Statement _exists = new(connection, "SELECT 1 FROM notify_notification WHERE id = ?1 AND tenant = ?2");

    private readonly Statement _stopExpansions = new(
        connection,
        """
        UPDATE notify_expansion SET due_at = NULL, updated_at = ?2, reason = NULL
        WHERE notification_id = ?1 AND due_at IS NOT NULL
        """
    );

    // A lease of the digest is lost, because its worker has read an event that no summary may contain any longer.
    private readonly Statement _loseLeases = new(
        connection,
        """
        UPDATE notify_digest SET fence = fence + 1
        WHERE id IN (SELECT digest_id FROM notify_digest_event WHERE notification_id = ?1 AND state = 0)
        """
    );

    private readonly Statement _uncollect = new(
        connection,
        """
        UPDATE notify_digest_event SET state = 3, reason = 'cancelled', trigger = NULL
        WHERE notification_id = ?1 AND state = 0
        RETURNING digest_id
        """
    );

    private readonly Statement _removeEmpty = new(
        connection,
        """
        DELETE FROM notify_digest WHERE id = ?1
            AND NOT EXISTS (SELECT 1 FROM notify_digest_event WHERE digest_id = ?1 AND state = 0)
        """
    );

    private readonly Statement _countEvents = new(
        connection,
        "SELECT COUNT(*) FROM notify_digest_event WHERE notification_id = ?1 AND state <> 0"
    );

    private readonly Statement _stop = new(
        connection,
        """
        UPDATE notify_delivery SET state = 3, due_at = NULL, owner = NULL, fence = fence + 1, ended_at = ?2, reason = 'cancelled'
        WHERE notification_id = ?1 AND due_at IS NOT NULL AND (owner IS NULL OR due_at <= ?2)
        RETURNING id
        """
    );

    private readonly Statement _count = new(
        connection,
        "SELECT COUNT(*) FILTER (WHERE due_at IS NOT NULL), COUNT(*) FILTER (WHERE due_at IS NULL) "
            + "FROM notify_delivery WHERE notification_id = ?1"
    );

    public Cancellation? Run(string tenant, Guid notificationId, DateTimeOffset now)
    {
        var exists = _exists.Bind(1, notificationId).Bind(2, tenant).Read();
        _exists.Reset();
        if (!exists)
            return null;

        _stopExpansions.Bind(1, notificationId).Bind(2, now).Execute();
        var cancelled = new List<Guid>();
        _stop.Bind(1, notificationId).Bind(2, now);
        while (_stop.Read())
            cancelled.Add(_stop.Guid(0));

        _countEvents.Bind(1, notificationId).Read();
        var endedEvents = _countEvents.Int64(0);
        _countEvents.Reset();
        var collected = Uncollect(notificationId);

        _count.Bind(1, notificationId).Read();
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
        _loseLeases.Bind(1, notificationId).Execute();
        var digests = new List<Guid>();
        _uncollect.Bind(1, notificationId);
        while (_uncollect.Read())
            digests.Add(_uncollect.Guid(0));
        foreach (var digest in digests.Distinct())
            _removeEmpty.Bind(1, digest).Execute();
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
