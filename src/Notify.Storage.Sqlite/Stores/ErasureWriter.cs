using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Erases single deliveries and events, and the content of a notification without other recipients.</summary>
internal sealed class ErasureWriter(SqliteConnection connection) : IDisposable
{
    private readonly Statement _findDelivery = new(
        connection,
        """
        SELECT notification_id, tenant, channel, address, user_id FROM notify_delivery
        WHERE id = @id AND (due_at IS NULL OR owner IS NULL OR due_at <= @now)
        """
    );

    private readonly Statement _eraseDelivery = new(
        connection,
        $"""
        UPDATE notify_delivery SET
            address = '', address_key = NULL, device_id = NULL, topic = NULL, collapse_key = NULL, collapse_address = NULL,
            content = NULL,
            attempts = '', receipts = '', reason = @reason,
            state = CASE WHEN due_at IS NULL THEN state ELSE {(int)DeliveryState.Cancelled} END,
            ended_at = COALESCE(ended_at, @now),
            due_at = NULL, owner = NULL, fence = fence + 1
        WHERE id = @id
        """
    );

    private readonly Statement _eraseEvent = new(
        connection,
        $"""
        UPDATE notify_digest_event
        SET state = CASE state WHEN {(int)CollectedState.Waiting} THEN {(int)CollectedState.Cancelled} ELSE state END,
            reason = @reason, trigger = NULL
        WHERE id = @id
        RETURNING digest_id, notification_id, tenant, user_id
        """
    );

    private readonly Statement _loseLease = new(connection, "UPDATE notify_digest SET fence = fence + 1 WHERE id = @id");

    private readonly Statement _removeEmpty = new(connection, DigestRow.RemoveIfEmpty);

    private readonly Statement _hasOthers = new(
        connection,
        """
        SELECT EXISTS (
                SELECT 1 FROM notify_delivery
                WHERE notification_id = @notification_id AND (address <> '' OR reason IS NOT @reason))
            OR EXISTS (SELECT 1 FROM notify_digest_event WHERE notification_id = @notification_id AND reason IS NOT @reason)
            OR EXISTS (SELECT 1 FROM notify_expansion WHERE notification_id = @notification_id AND due_at IS NOT NULL)
        """
    );

    private readonly Statement _keep = new(
        connection,
        "UPDATE notify_notification SET trigger = @trigger, contents = @contents WHERE id = @id"
    );

    private readonly Statement _deleteLabels = new(connection, "DELETE FROM notify_label WHERE notification_id = @id");

    /// <summary>Erases a delivery. Returns false and changes nothing while it is leased.</summary>
    public bool EraseDelivery(Guid id, DateTimeOffset now)
    {
        if (!_findDelivery.Bind("@id", id).Bind("@now", now).Read())
            return false;

        var notificationId = _findDelivery.Guid(0);
        var tenant = _findDelivery.Text(1);
        var address = new Address(Channel.Create(_findDelivery.Text(2)), _findDelivery.Text(3));
        var userId = _findDelivery.TextOrNull(4);
        _findDelivery.Reset();
        _eraseDelivery.Bind("@id", id).Bind("@now", now).Bind("@reason", Erasure.Reason).Execute();
        EraseFrom(tenant, notificationId, [address], userId);
        return true;
    }

    /// <summary>Erases an event. A waiting event is removed from its digest, whose current lease becomes invalid.</summary>
    public void EraseEvent(Guid id)
    {
        if (!_eraseEvent.Bind("@id", id).Bind("@reason", Erasure.Reason).Read())
            return;

        var (digestId, notificationId, tenant) = (_eraseEvent.Guid(0), _eraseEvent.Guid(1), _eraseEvent.Text(2));
        var userId = _eraseEvent.TextOrNull(3);
        _eraseEvent.Reset();
        _loseLease.Bind("@id", digestId).Execute();
        _removeEmpty.Bind("@id", digestId).Execute();
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
        _deleteLabels.Dispose();
    }

    private void EraseFrom(string tenant, Guid notificationId, IReadOnlyCollection<Address> addresses, string? userId)
    {
        _hasOthers.Bind("@notification_id", notificationId).Bind("@reason", Erasure.Reason).Read();
        var hasOthers = _hasOthers.Int32(0) == 1;
        _hasOthers.Reset();
        if (
            NotificationStore.Find(connection, tenant, notificationId) is { } notification
            && ErasedNotification.From(notification, addresses, userId is null ? [] : [userId], hasOthers) is { } erased
        )
        {
            _keep
                .Bind("@id", notificationId)
                .Bind("@trigger", StoredForm.WriteTrigger(erased.Trigger))
                .Bind("@contents", StoredForm.WriteContents(erased))
                .Execute();
            if (!hasOthers)
                _deleteLabels.Bind("@id", notificationId).Execute();
        }
    }
}
