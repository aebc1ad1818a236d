using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Inserts notifications with their deliveries, expansions and events on one connection.</summary>
internal sealed class NotificationWriter(SqliteConnection connection) : IDisposable
{
    private readonly Statement _findKey = new(
        connection,
        "SELECT fingerprint, notification_id FROM notify_idempotency WHERE tenant = @tenant AND key = @key AND expires_at > @now"
    );

    private readonly Statement _keepKey = new(
        connection,
        "INSERT OR REPLACE INTO notify_idempotency (tenant, key, fingerprint, notification_id, expires_at) "
            + "VALUES (@tenant, @key, @fingerprint, @notification_id, @expires_at)"
    );

    private readonly Statement _addNotification = new(
        connection,
        """
        INSERT INTO notify_notification (id, tenant, accepted_at, expires_at, trigger, contents)
        VALUES (@id, @tenant, @accepted_at, @expires_at, @trigger, @contents)
        """
    );

    private readonly Statement _addLabel = new(
        connection,
        """
        INSERT INTO notify_label (tenant, kind, value, notification_id) VALUES (@tenant, @kind, @value, @notification_id)
        """
    );

    private readonly Statement _addDelivery = new(
        connection,
        """
        INSERT INTO notify_delivery (
            id, notification_id, tenant, priority, channel, address, platform, app, user_id, provider, content_index,
            collapse_key, chain, step, accepted_at, expires_at, due_at, owner, fence, attempts_spent, retry_delay,
            attempts, receipts, state, ended_at, reason, topic, device_id, address_key, content, collapse_address)
        VALUES (
            @id, @notification_id, @tenant, @priority, @channel, @address, @platform, @app, @user_id, @provider, @content_index,
            @collapse_key, @chain, @step, @accepted_at, @expires_at, @due_at, @owner, @fence, @attempts_spent, @retry_delay,
            '', '', @state, @ended_at, @reason, @topic, @device_id, @address_key, @content,
            @collapse_address)
        """
    );

    private readonly Statement _supersede = new(
        connection,
        $"""
        UPDATE notify_delivery
        SET state = {(int)DeliveryState.Cancelled}, due_at = NULL, owner = NULL, fence = fence + 1, ended_at = @now,
            reason = 'superseded'
        WHERE tenant = @tenant AND collapse_key = @collapse_key AND collapse_address = @collapse_address
            AND channel = @channel
            AND platform IS @platform AND app IS @app
            AND due_at IS NOT NULL AND (owner IS NULL OR due_at <= @now)
        """
    );

    private readonly Statement _addExpansion = new(
        connection,
        """
        INSERT INTO notify_expansion (notification_id, topic, tenant, cursor, done, total, due_at, fence, updated_at)
        VALUES (@notification_id, @topic, @tenant, '', 0, @total, @due_at, 0, @accepted_at)
        """
    );

    private readonly Statement _openDigest = new(
        connection,
        """
        INSERT INTO notify_digest (id, tenant, user_id, due_at, failures, fence)
        VALUES (@id, @tenant, @user_id, @due_at, 0, @fence)
        ON CONFLICT DO NOTHING
        """
    );

    private readonly Statement _addToDigest = new(
        connection,
        $"""
        INSERT INTO notify_digest_event
            (id, digest_id, notification_id, tenant, user_id, due_at, template_version, trigger, state)
        VALUES (@id, @digest_id, @notification_id, @tenant, @user_id, @due_at, @template_version, @trigger,
            {(int)CollectedState.Waiting})
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
                .Bind("@tenant", notification.Tenant)
                .Bind("@key", claim.Key)
                .Bind("@fingerprint", claim.Fingerprint.Span)
                .Bind("@notification_id", notification.Id)
                .Bind("@expires_at", claim.ExpiresAt)
                .Execute();
        }

        _addNotification
            .Bind("@id", notification.Id)
            .Bind("@tenant", notification.Tenant)
            .Bind("@accepted_at", notification.AcceptedAt)
            .Bind("@expires_at", notification.ExpiresAt)
            .Bind("@trigger", serialized.Trigger)
            .Bind("@contents", serialized.Contents)
            .Execute();
        foreach (var label in NotificationLabel.GetAll(notification.Trigger))
        {
            _addLabel
                .Bind("@tenant", notification.Tenant)
                .Bind("@kind", (long)label.Kind)
                .Bind("@value", label.Value)
                .Bind("@notification_id", notification.Id)
                .Execute();
        }

        foreach (var queued in request.Deliveries)
            Add(queued, notification.AcceptedAt);
        foreach (var expansion in request.Expansions)
        {
            _addExpansion
                .Bind("@notification_id", notification.Id)
                .Bind("@topic", expansion.Topic)
                .Bind("@tenant", notification.Tenant)
                .Bind("@total", expansion.Total)
                .Bind("@due_at", expansion.DueAt)
                .Bind("@accepted_at", notification.AcceptedAt)
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
            .Bind("@id", digestId)
            .Bind("@tenant", collected.Trigger.Tenant)
            .Bind("@user_id", collected.UserId)
            .Bind("@due_at", collected.DueAt)
            .Bind("@fence", collected.FirstFence)
            .Execute();
        _addToDigest
            .Bind("@id", collected.Id)
            .Bind("@digest_id", digestId)
            .Bind("@notification_id", collected.NotificationId)
            .Bind("@tenant", collected.Trigger.Tenant)
            .Bind("@user_id", collected.UserId)
            .Bind("@due_at", collected.DueAt)
            .Bind("@template_version", collected.TemplateVersion)
            .Bind("@trigger", StoredForm.WriteTrigger(collected.Trigger))
            .Execute();
    }

    public void Add(QueuedDelivery queued, DateTimeOffset now)
    {
        var delivery = queued.Delivery;
        var isCancelled = queued.CancelledBecause is not null;
        var collapseAddress = delivery.CollapseKey is null ? null : delivery.To.Normalize().Value;
        if (delivery.CollapseKey is { } key && !isCancelled)
        {
            _supersede
                .Bind("@tenant", delivery.Tenant)
                .Bind("@collapse_key", key)
                .Bind("@collapse_address", collapseAddress)
                .Bind("@now", now)
                .Bind("@channel", delivery.To.Channel.Name)
                .Bind("@platform", delivery.To.Platform?.Name)
                .Bind("@app", delivery.To.App)
                .Execute();
        }

        _addDelivery
            .Bind("@id", delivery.Id)
            .Bind("@notification_id", delivery.NotificationId)
            .Bind("@tenant", delivery.Tenant)
            .Bind("@priority", (long)delivery.Priority)
            .Bind("@channel", delivery.To.Channel.Name)
            .Bind("@address", delivery.To.Value)
            .Bind("@platform", delivery.To.Platform?.Name)
            .Bind("@app", delivery.To.App)
            .Bind("@user_id", delivery.UserId)
            .Bind("@provider", delivery.Provider)
            .Bind("@content_index", delivery.ContentIndex)
            .Bind("@collapse_key", delivery.CollapseKey)
            .Bind("@chain", delivery.Fallback?.Chain)
            .Bind("@step", delivery.Fallback?.Step)
            .Bind("@accepted_at", delivery.AcceptedAt)
            .Bind("@expires_at", delivery.ExpiresAt)
            .Bind("@due_at", isCancelled ? (DateTimeOffset?)null : queued.DueAt)
            .Bind("@owner", queued.Owner)
            .Bind("@fence", queued.Lease?.Fence ?? 0)
            .Bind("@attempts_spent", delivery.AttemptsSpent)
            .Bind("@retry_delay", delivery.RetryDelay.Ticks)
            .Bind("@state", (long)(isCancelled ? DeliveryState.Cancelled : DeliveryState.Pending))
            .Bind("@ended_at", isCancelled ? now : (DateTimeOffset?)null)
            .Bind("@reason", queued.CancelledBecause)
            .Bind("@topic", delivery.Topic)
            .Bind("@device_id", delivery.DeviceId)
            .Bind("@address_key", queued.AddressKey)
            .Bind("@content", StoredForm.WriteOwnContent(delivery))
            .Bind("@collapse_address", collapseAddress)
            .Execute();
    }

    public void Dispose()
    {
        _findKey.Dispose();
        _keepKey.Dispose();
        _addNotification.Dispose();
        _addLabel.Dispose();
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

        _findKey
            .Bind("@tenant", request.Notification.Tenant)
            .Bind("@key", claim.Key)
            .Bind("@now", request.Notification.AcceptedAt);
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
