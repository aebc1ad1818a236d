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
    private readonly IdleLook<TurnLeases> _look;
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
        _look = new IdleLook<TurnLeases>(database, connection => new TurnLeases(connection, "notify_digest"));
        _lease = new Statement(
            writer.Connection,
            """
            UPDATE notify_digest SET due_at = @until, fence = fence + 1
            WHERE id IN (SELECT id FROM notify_digest WHERE tenant = @tenant AND due_at <= @now ORDER BY due_at LIMIT @limit)
            RETURNING id, failures, fence
            """
        );
        _waiting = new Statement(
            writer.Connection,
            $"""
            SELECT id, notification_id, trigger, template_version, due_at FROM notify_digest_event
            WHERE digest_id = @digest_id AND state = {(int)CollectedState.Waiting} ORDER BY id LIMIT @limit
            """
        );
        _giveBack = new Statement(
            writer.Connection,
            "UPDATE notify_digest SET due_at = @due_at, failures = @failures, fence = fence + 1 WHERE id = @id AND fence = @fence"
        );
        _endEvent = new Statement(
            writer.Connection,
            """
            UPDATE notify_digest_event SET state = @state, summary_id = @summary_id, reason = @reason, trigger = NULL
            WHERE id = @id
            """
        );
        _removeEmpty = new Statement(writer.Connection, DigestRow.RemoveIfEmpty);
    }

    public async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        if (_look.FindsNothing(turns => turns.AreAny(request.Now)))
            return [];

        var leases = await _writer
            .RunAsync(() => _turns.Find(request).SelectMany(tenant => Lease(tenant, request)).ToArray(), cancellationToken)
            .ConfigureAwait(false);
        _look.Report(leases.Length);
        return leases;
    }

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
                        .Bind("@id", collected.Id)
                        .Bind("@state", (long)closing.State)
                        .Bind("@summary_id", closing.Summary?.Notification.Id)
                        .Bind("@reason", closing.Reason)
                        .Execute();
                }

                _removeEmpty.Bind("@id", closing.Lease.Key.ToId()).Execute();
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
            WHERE {(ofSummary ? "summary_id" : "notification_id")} = @notification_id AND tenant = @tenant
            ORDER BY id LIMIT @limit
            """
        );
        statement.Bind("@notification_id", notificationId).Bind("@tenant", tenant).Bind("@limit", limit);
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
        _look.Dispose();
        _lease.Dispose();
        _waiting.Dispose();
        _giveBack.Dispose();
        _endEvent.Dispose();
        _removeEmpty.Dispose();
    }

    private IEnumerable<DigestLease> Lease(string tenant, DueRequest request)
    {
        _lease
            .Bind("@tenant", tenant)
            .Bind("@now", request.Now)
            .Bind("@limit", request.MaxPerTenant)
            .Bind("@until", request.Until);
        var digests = new List<(Guid Id, int Failures, long Fence)>();
        while (_lease.Read())
            digests.Add((_lease.Guid(0), _lease.Int32(1), _lease.Int64(2)));
        return digests.Select(digest => new DigestLease(ReadWaiting(digest.Id), digest.Failures, digest.Fence));
    }

    private List<DigestEvent> ReadWaiting(Guid digestId)
    {
        _waiting.Bind("@digest_id", digestId).Bind("@limit", DigestLease.MaxEvents);
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
        _giveBack
            .Bind("@id", lease.Key.ToId())
            .Bind("@fence", lease.Fence)
            .Bind("@due_at", dueAt)
            .Bind("@failures", failures)
            .Execute() == 1;
}
