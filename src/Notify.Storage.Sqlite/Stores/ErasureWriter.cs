using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>The statements that erase one delivery or event, and what its notification says when nobody else is left.</summary>
internal sealed class ErasureWriter(SqliteConnection connection) : IDisposable
{
    private readonly Statement _findDelivery = new(
        connection,
        """
        SELECT notification_id, tenant, channel, address, user_id FROM notify_delivery
        WHERE id = ?1 AND (due_at IS NULL OR owner IS NULL OR due_at <= ?2)
        """
    );

    private readonly Statement _eraseDelivery = new(
        connection,
        """
        UPDATE notify_delivery SET
            address = '', address_key = NULL, device_id = NULL, topic = NULL, collapse_key = NULL, content = NULL,
            attempts = '', receipts = '', reason = ?3,
            state = CASE WHEN due_at IS NULL THEN state ELSE 3 END, ended_at = COALESCE(ended_at, ?2),
            due_at = NULL, owner = NULL, fence = fence + 1
        WHERE id = ?1
        """
    );

    private readonly Statement _eraseEvent = new(
        connection,
        """
        UPDATE notify_digest_event SET state = CASE WHEN state = 0 THEN 3 ELSE state END, reason = ?2, trigger = NULL
        WHERE id = ?1
        RETURNING digest_id, notification_id, tenant, user_id
        """
    );

    private readonly Statement _loseLease = new(connection, "UPDATE notify_digest SET fence = fence + 1 WHERE id = ?1");

    private readonly Statement _removeEmpty = new(
        connection,
        """
        DELETE FROM notify_digest WHERE id = ?1
            AND NOT EXISTS (SELECT 1 FROM notify_digest_event WHERE digest_id = ?1 AND state = 0)
        """
    );

    private readonly Statement _hasOthers = new(
        connection,
        """
        SELECT EXISTS (
                SELECT 1 FROM notify_delivery WHERE notification_id = ?1 AND (address <> '' OR reason IS NOT ?2))
            OR EXISTS (SELECT 1 FROM notify_digest_event WHERE notification_id = ?1 AND reason IS NOT ?2)
            OR EXISTS (SELECT 1 FROM notify_expansion WHERE notification_id = ?1 AND due_at IS NOT NULL)
        """
    );

    private readonly Statement _keep = new(
        connection,
        "UPDATE notify_notification SET trigger = ?2, contents = ?3 WHERE id = ?1"
    );

    /// <summary>Erases a delivery. False, and nothing changes, while it is leased.</summary>
    public bool EraseDelivery(Guid id, DateTimeOffset now)
    {
        if (!_findDelivery.Bind(1, id).Bind(2, now).Read())
            return false;

        var notificationId = _findDelivery.Guid(0);
        var tenant = _findDelivery.Text(1);
        var address = new Address(Channel.Named(_findDelivery.Text(2)), _findDelivery.Text(3));
        var userId = _findDelivery.TextOrNull(4);
        _findDelivery.Reset();
        _eraseDelivery.Bind(1, id).Bind(2, now).Bind(3, Erasure.Reason).Execute();
        EraseFrom(tenant, notificationId, [address], userId);
        return true;
    }

    /// <summary>Erases an event, and removes one that waits from its digest. A lease of the digest is lost.</summary>
    public void EraseEvent(Guid id)
    {
        if (!_eraseEvent.Bind(1, id).Bind(2, Erasure.Reason).Read())
            return;

        var (digestId, notificationId, tenant) = (_eraseEvent.Guid(0), _eraseEvent.Guid(1), _eraseEvent.Text(2));
        var userId = _eraseEvent.TextOrNull(3);
        _eraseEvent.Reset();
        _loseLease.Bind(1, digestId).Execute();
        _removeEmpty.Bind(1, digestId).Execute();
        EraseFrom(tenant, notificationId, [], userId);
    }

    public void Dispose()
    {
        _findDelivery.Dispose();
        _eraseDelivery.Dispose();
        _eraseEvent.Dispose();
        _loseLease.Dispose();
        _removeEmpty.Dispose();
        _hasOthers.Dispose();
        _keep.Dispose();
    }

    private void EraseFrom(string tenant, Guid notificationId, IReadOnlyCollection<Address> addresses, string? userId)
    {
        _hasOthers.Bind(1, notificationId).Bind(2, Erasure.Reason).Read();
        var hasOthers = _hasOthers.Int32(0) == 1;
        _hasOthers.Reset();
        if (
            NotificationStore.Find(connection, tenant, notificationId) is { } notification
            && ErasedNotification.From(notification, addresses, userId is null ? [] : [userId], hasOthers) is { } erased
        )
        {
            _keep
                .Bind(1, notificationId)
                .Bind(2, StoredForm.WriteTrigger(erased.Trigger))
                .Bind(3, StoredForm.WriteContents(erased))
                .Execute();
        }
    }
}
