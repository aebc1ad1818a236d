using Microsoft.Data.Sqlite;
using Notify.Queueing;

namespace Notify.Storage.Sqlite;

/// <summary>The statements that stop a notification.</summary>
internal sealed class SqliteCancel(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _exists = new(connection, "SELECT 1 FROM notify_notification WHERE id = ?1 AND tenant = ?2");

    private readonly SqliteStatement _stopExpansions = new(
        connection,
        "UPDATE notify_expansion SET due_at = NULL, updated_at = ?2 WHERE notification_id = ?1 AND due_at IS NOT NULL"
    );

    private readonly SqliteStatement _stop = new(
        connection,
        """
        UPDATE notify_delivery SET state = 3, due_at = NULL, owner = NULL, fence = fence + 1, ended_at = ?2, reason = 'cancelled'
        WHERE notification_id = ?1 AND due_at IS NOT NULL AND (owner IS NULL OR due_at <= ?2)
        RETURNING id
        """
    );

    private readonly SqliteStatement _count = new(
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
        var stopped = new List<Guid>();
        _stop.Bind(1, notificationId).Bind(2, now);
        while (_stop.Read())
            stopped.Add(_stop.Guid(0));

        _count.Bind(1, notificationId).Read();
        var cancellation = new Cancellation(stopped, _count.Int64(0), _count.Int64(1) - stopped.Count);
        _count.Reset();
        return cancellation;
    }

    public void Dispose()
    {
        _exists.Dispose();
        _stopExpansions.Dispose();
        _stop.Dispose();
        _count.Dispose();
    }
}
