using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps digests and the events that they collect.</summary>
internal sealed class DigestStore : IDigestStore, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly NotificationWriter _enqueue;
    private readonly TurnLeases _turns;
    private readonly Statement _lease;
    private readonly Statement _waiting;
    private readonly Statement _giveBack;
    private readonly Statement _endEvent;
    private readonly Statement _removeEmpty;

    public DigestStore(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _enqueue = new NotificationWriter(writer.Connection);
        _turns = new TurnLeases(writer.Connection, "notify_digest");
        _lease = new Statement(
            writer.Connection,
            """
            UPDATE notify_digest SET due_at = ?4, fence = fence + 1
            WHERE id IN (SELECT id FROM notify_digest WHERE tenant = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3)
            RETURNING id, failures, fence
            """
        );
        _waiting = new Statement(
            writer.Connection,
            """
            SELECT id, notification_id, trigger, template_version, due_at FROM notify_digest_event
            WHERE digest_id = ?1 AND state = 0 ORDER BY id LIMIT ?2
            """
        );
        _giveBack = new Statement(
            writer.Connection,
            "UPDATE notify_digest SET due_at = ?3, failures = ?4, fence = fence + 1 WHERE id = ?1 AND fence = ?2"
        );
        _endEvent = new Statement(
            writer.Connection,
            "UPDATE notify_digest_event SET state = ?2, summary_id = ?3, reason = ?4, trigger = NULL WHERE id = ?1"
        );
        _removeEmpty = new Statement(
            writer.Connection,
            """
            DELETE FROM notify_digest WHERE id = ?1
                AND NOT EXISTS (SELECT 1 FROM notify_digest_event WHERE digest_id = ?1 AND state = 0)
            """
        );
    }

    public ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        _writer.RunAsync<IReadOnlyList<DigestLease>>(
            () => [.. _turns.Find(request).SelectMany(tenant => Lease(tenant, request))],
            cancellationToken
        );

    public ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken)
    {
        var serialized = closing.Summary is null ? default : SerializedNotification.Create(closing.Summary.Notification);
        return _writer.RunAsync(
            () =>
            {
                if (!GiveBack(closing.Lease, closing.NextDueAt, failures: 0))
                    return false;

                foreach (var collected in closing.Lease.Events)
                {
                    _endEvent
                        .Bind(1, collected.Id)
                        .Bind(2, (long)closing.State)
                        .Bind(3, closing.Summary?.Notification.Id)
                        .Bind(4, closing.Reason)
                        .Execute();
                }

                _removeEmpty.Bind(1, closing.Lease.Key.ToId()).Execute();
                if (closing.Summary is not null)
                    _enqueue.Add(closing.Summary, serialized);
                return true;
            },
            cancellationToken
        );
    }

    public ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        _writer.RunAsync(() => GiveBack(lease, retryAt, lease.Failures + 1), cancellationToken);

    public ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            $"""
            SELECT id, notification_id, digest_id, user_id, state, summary_id, reason FROM notify_digest_event
            WHERE {(ofSummary ? "summary_id" : "notification_id")} = ?1 AND tenant = ?2 ORDER BY id LIMIT ?3
            """
        );
        statement.Bind(1, notificationId).Bind(2, tenant).Bind(3, limit);
        var events = new List<CollectedEvent>();
        while (statement.Read())
        {
            events.Add(
                new CollectedEvent
                {
                    Id = statement.Guid(0),
                    NotificationId = statement.Guid(1),
                    DigestId = statement.Guid(2),
                    UserId = statement.TextOrNull(3),
                    State = (CollectedState)statement.Int32(4),
                    SummaryId = statement.IsNull(5) ? null : statement.Guid(5),
                    Reason = statement.TextOrNull(6),
                }
            );
        }

        return new(events);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _enqueue.Dispose();
        _turns.Dispose();
        _lease.Dispose();
        _waiting.Dispose();
        _giveBack.Dispose();
        _endEvent.Dispose();
        _removeEmpty.Dispose();
    }

    private IEnumerable<DigestLease> Lease(string tenant, DueRequest request)
    {
        _lease.Bind(1, tenant).Bind(2, request.Now).Bind(3, request.MaxPerTenant).Bind(4, request.Until);
        var digests = new List<(Guid Id, int Failures, long Fence)>();
        while (_lease.Read())
            digests.Add((_lease.Guid(0), _lease.Int32(1), _lease.Int64(2)));
        return digests.Select(digest => new DigestLease(ReadWaiting(digest.Id), digest.Failures, digest.Fence));
    }

    private List<DigestEvent> ReadWaiting(Guid digestId)
    {
        _waiting.Bind(1, digestId).Bind(2, DigestLease.MaxEvents);
        var events = new List<DigestEvent>();
        while (_waiting.Read())
        {
            var trigger = StoredForm.ReadTrigger(_waiting.Blob(2));
            events.Add(
                new DigestEvent
                {
                    Id = _waiting.Guid(0),
                    NotificationId = _waiting.Guid(1),
                    Recipient = trigger.To[0],
                    Trigger = trigger,
                    TemplateVersion = _waiting.Int32(3),
                    DueAt = _waiting.Time(4),
                }
            );
        }

        return events;
    }

    private bool GiveBack(DigestLease lease, DateTimeOffset dueAt, int failures) =>
        _giveBack.Bind(1, lease.Key.ToId()).Bind(2, lease.Fence).Bind(3, dueAt).Bind(4, failures).Execute() == 1;
}
