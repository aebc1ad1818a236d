using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Holds the statements that insert a notification and its deliveries, on one connection.</summary>
internal sealed class NotificationWriter(SqliteConnection connection) : IDisposable
{
    private readonly Statement _findKey = new(
        connection,
        "SELECT fingerprint, notification_id FROM notify_idempotency WHERE tenant = ?1 AND key = ?2 AND expires_at > ?3"
    );

    private readonly Statement _keepKey = new(
        connection,
        "INSERT OR REPLACE INTO notify_idempotency (tenant, key, fingerprint, notification_id, expires_at) "
            + "VALUES (?1, ?2, ?3, ?4, ?5)"
    );

    private readonly Statement _addNotification = new(
        connection,
        "INSERT INTO notify_notification (id, tenant, accepted_at, expires_at, trigger, contents) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    );

    private readonly Statement _addDelivery = new(
        connection,
        """
        INSERT INTO notify_delivery (id, notification_id, tenant, priority, channel, address,
            platform, app, user_id, provider, content_index,
            collapse_key, chain, step, accepted_at, expires_at, state, due_at, owner, fence,
            attempts_spent, retry_delay, attempts, receipts,
            ended_at, reason, topic, device_id, address_key)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?22, ?17,
            ?18, ?19, ?20, ?21, '', '', ?23, ?24, ?25, ?26, ?27)
        """
    );

    private readonly Statement _supersede = new(
        connection,
        """
        UPDATE notify_delivery SET state = 3, due_at = NULL, owner = NULL, fence = fence + 1, ended_at = ?4, reason = 'superseded'
        WHERE tenant = ?1 AND collapse_key = ?2 AND address = ?3 AND due_at IS NOT NULL AND (owner IS NULL OR due_at <= ?4)
            AND channel = ?5 AND platform IS ?6 AND app IS ?7
        """
    );

    private readonly Statement _addExpansion = new(
        connection,
        """
        INSERT INTO notify_expansion (notification_id, topic, tenant, cursor, done, total, due_at, fence, updated_at)
        VALUES (?1, ?2, ?3, '', 0, ?4, ?5, 0, ?6)
        """
    );

    private readonly Statement _openDigest = new(
        connection,
        """
        INSERT INTO notify_digest (id, tenant, user_id, due_at, failures, fence) VALUES (?1, ?2, ?3, ?4, 0, ?5)
        ON CONFLICT DO NOTHING
        """
    );

    private readonly Statement _addToDigest = new(
        connection,
        """
        INSERT INTO notify_digest_event
            (id, digest_id, notification_id, tenant, user_id, due_at, template_version, trigger, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)
        """
    );

    public EnqueueResult Add(EnqueueRequest request, SerializedNotification serialized)
    {
        var notification = request.Notification;
        if (FindHolder(request) is { } held)
            return held;

        if (request.Idempotency is { } claim)
        {
            _keepKey
                .Bind(1, notification.Tenant)
                .Bind(2, claim.Key)
                .Bind(3, claim.Fingerprint.Span)
                .Bind(4, notification.Id)
                .Bind(5, claim.ExpiresAt)
                .Execute();
        }

        _addNotification
            .Bind(1, notification.Id)
            .Bind(2, notification.Tenant)
            .Bind(3, notification.AcceptedAt)
            .Bind(4, notification.ExpiresAt)
            .Bind(5, serialized.Trigger)
            .Bind(6, serialized.Contents)
            .Execute();
        foreach (var queued in request.Deliveries)
            Add(queued, notification.AcceptedAt);
        foreach (var expansion in request.Expansions)
        {
            _addExpansion
                .Bind(1, notification.Id)
                .Bind(2, expansion.Topic)
                .Bind(3, notification.Tenant)
                .Bind(4, expansion.Total)
                .Bind(5, expansion.DueAt)
                .Bind(6, notification.AcceptedAt)
                .Execute();
        }

        foreach (var collected in request.Digests)
            Add(collected);
        return new EnqueueResult(EnqueueStatus.Stored, notification.Id);
    }

    public void Add(DigestEvent collected)
    {
        var digestId = collected.Key.ToId();
        _openDigest
            .Bind(1, digestId)
            .Bind(2, collected.Trigger.Tenant)
            .Bind(3, collected.UserId)
            .Bind(4, collected.DueAt)
            .Bind(5, collected.FirstFence)
            .Execute();
        _addToDigest
            .Bind(1, collected.Id)
            .Bind(2, digestId)
            .Bind(3, collected.NotificationId)
            .Bind(4, collected.Trigger.Tenant)
            .Bind(5, collected.UserId)
            .Bind(6, collected.DueAt)
            .Bind(7, collected.TemplateVersion)
            .Bind(8, StoredForm.WriteTrigger(collected.Trigger))
            .Execute();
    }

    public void Add(QueuedDelivery queued, DateTimeOffset now)
    {
        var delivery = queued.Delivery;
        var isCancelled = queued.CancelledBecause is not null;
        if (delivery.CollapseKey is { } key && !isCancelled)
        {
            _supersede
                .Bind(1, delivery.Tenant)
                .Bind(2, key)
                .Bind(3, delivery.To.Value)
                .Bind(4, now)
                .Bind(5, delivery.To.Channel.Name)
                .Bind(6, delivery.To.Platform?.Name)
                .Bind(7, delivery.To.App)
                .Execute();
        }

        _addDelivery
            .Bind(1, delivery.Id)
            .Bind(2, delivery.NotificationId)
            .Bind(3, delivery.Tenant)
            .Bind(4, (long)delivery.Priority)
            .Bind(5, delivery.To.Channel.Name)
            .Bind(6, delivery.To.Value)
            .Bind(7, delivery.To.Platform?.Name)
            .Bind(8, delivery.To.App)
            .Bind(9, delivery.UserId)
            .Bind(10, delivery.Provider)
            .Bind(11, delivery.ContentIndex)
            .Bind(12, delivery.CollapseKey)
            .Bind(13, delivery.Fallback?.Chain)
            .Bind(14, delivery.Fallback?.Step)
            .Bind(15, delivery.AcceptedAt)
            .Bind(16, delivery.ExpiresAt)
            .Bind(17, isCancelled ? (DateTimeOffset?)null : queued.DueAt)
            .Bind(18, queued.Owner)
            .Bind(19, queued.Lease?.Fence ?? 0)
            .Bind(20, delivery.AttemptsSpent)
            .Bind(21, delivery.RetryDelay.Ticks)
            .Bind(22, (long)(isCancelled ? DeliveryState.Cancelled : DeliveryState.Pending))
            .Bind(23, isCancelled ? now : (DateTimeOffset?)null)
            .Bind(24, queued.CancelledBecause)
            .Bind(25, delivery.Topic)
            .Bind(26, delivery.DeviceId)
            .Bind(27, queued.AddressKey)
            .Execute();
    }

    public void Dispose()
    {
        _findKey.Dispose();
        _keepKey.Dispose();
        _addNotification.Dispose();
        _addDelivery.Dispose();
        _supersede.Dispose();
        _addExpansion.Dispose();
        _openDigest.Dispose();
        _addToDigest.Dispose();
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

/// <summary>The JSON of a notification, serialized by the caller so that the writing thread does not have to.</summary>
internal readonly record struct SerializedNotification(byte[] Trigger, byte[] Contents)
{
    public static SerializedNotification Create(Notification notification) =>
        new(StoredForm.WriteTrigger(notification.Trigger), StoredForm.WriteContents(notification));
}
