using Microsoft.Data.Sqlite;
using Notify.Queueing;

namespace Notify.Storage.Sqlite;

/// <summary>The statements that make a notification and its deliveries durable, on one connection.</summary>
internal sealed class SqliteEnqueue(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _findKey = new(connection,
        "SELECT fingerprint, notification_id FROM notify_idempotency WHERE tenant = ?1 AND key = ?2 AND expires_at > ?3");

    private readonly SqliteStatement _keepKey = new(connection,
        "INSERT OR REPLACE INTO notify_idempotency (tenant, key, fingerprint, notification_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)");

    private readonly SqliteStatement _addNotification = new(connection,
        "INSERT INTO notify_notification (id, tenant, accepted_at, expires_at, trigger, contents) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    private readonly SqliteStatement _addDelivery = new(connection,
        """
        INSERT INTO notify_delivery (id, notification_id, tenant, priority, channel, address, platform, provider, content, content_index,
            accepted_at, expires_at, state, due_at, owner, fence, attempts_spent, retry_delay, history)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14, ?15, ?16, ?17, '')
        """);

    public EnqueueResult Add(EnqueueRequest request, SerializedNotification serialized)
    {
        var notification = request.Notification;
        if (FindHolder(request) is { } held)
            return held;

        if (request.Idempotency is { } claim)
        {
            _keepKey.Bind(1, notification.Tenant).Bind(2, claim.Key).Bind(3, claim.Fingerprint.Span)
                .Bind(4, notification.Id).Bind(5, claim.ExpiresAt).Execute();
        }

        _addNotification.Bind(1, notification.Id).Bind(2, notification.Tenant).Bind(3, notification.AcceptedAt)
            .Bind(4, notification.ExpiresAt).Bind(5, serialized.Trigger).Bind(6, serialized.Contents).Execute();
        foreach (var queued in request.Deliveries)
            Add(queued);
        return new EnqueueResult(EnqueueStatus.Stored, notification.Id);
    }

    public void Add(QueuedDelivery queued)
    {
        var delivery = queued.Delivery;
        _addDelivery.Bind(1, delivery.Id).Bind(2, delivery.NotificationId).Bind(3, delivery.Tenant).Bind(4, (long)delivery.Priority)
            .Bind(5, delivery.To.Channel.Name).Bind(6, delivery.To.Value).Bind(7, (long?)delivery.To.Platform)
            .Bind(8, delivery.Provider).Bind(10, delivery.ContentIndex)
            .Bind(11, delivery.AcceptedAt).Bind(12, delivery.ExpiresAt).Bind(13, queued.DueAt).Bind(14, queued.Owner)
            .Bind(15, queued.Lease?.Fence ?? 0).Bind(16, delivery.AttemptsSpent).Bind(17, delivery.RetryDelay.Ticks);
        if (delivery.ContentIndex is null)
            _addDelivery.Bind(9, StoredForm.WriteContent(delivery.Content));
        else
            _addDelivery.BindNull(9);
        _addDelivery.Execute();
    }

    public void Dispose()
    {
        _findKey.Dispose();
        _keepKey.Dispose();
        _addNotification.Dispose();
        _addDelivery.Dispose();
    }

    private EnqueueResult? FindHolder(EnqueueRequest request)
    {
        if (request.Idempotency is not { } claim)
            return null;

        _findKey.Bind(1, request.Notification.Tenant).Bind(2, claim.Key).Bind(3, request.Notification.AcceptedAt);
        if (!_findKey.Read())
            return null;

        var same = _findKey.Blob(0).SequenceEqual(claim.Fingerprint.Span);
        var holder = _findKey.Guid(1);
        _findKey.Reset();
        return new EnqueueResult(same ? EnqueueStatus.Duplicate : EnqueueStatus.Conflict, holder);
    }
}

/// <summary>A notification's JSON, written before the writing thread needs it.</summary>
internal readonly record struct SerializedNotification(byte[] Trigger, byte[] Contents)
{
    public static SerializedNotification Of(Notification notification) =>
        new(StoredForm.WriteTrigger(notification.Trigger), StoredForm.WriteContents(notification.Contents));
}
