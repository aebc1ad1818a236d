using Notify.Planning;
using Notify.Queueing;

namespace Notify.Storage.Sqlite;

/// <summary>What is collected for digests.</summary>
internal sealed class SqliteDigestStore : IDigestStore, IDisposable
{
    private const int MostEvents = 1_000;

    private readonly SqliteWriter _writer;
    private readonly SqliteEnqueue _enqueue;
    private readonly SqliteStatement _lease;
    private readonly SqliteStatement _events;
    private readonly SqliteStatement _move;
    private readonly SqliteStatement _forget;
    private readonly SqliteStatement _end;

    public SqliteDigestStore(SqliteWriter writer)
    {
        _writer = writer;
        _enqueue = new SqliteEnqueue(writer.Connection);
        _lease = new SqliteStatement(
            writer.Connection,
            """
            UPDATE notify_digest SET due_at = ?2, fence = fence + 1
            WHERE (tenant, recipient, template) IN (
                SELECT tenant, recipient, template FROM notify_digest WHERE due_at <= ?1 ORDER BY due_at LIMIT ?3)
            RETURNING tenant, recipient, template, fence
            """
        );
        _events = new SqliteStatement(
            writer.Connection,
            """
            SELECT id, due_at, trigger FROM notify_digest_event
            WHERE tenant = ?1 AND recipient = ?2 AND template = ?3 ORDER BY id LIMIT ?4
            """
        );
        _move = new SqliteStatement(
            writer.Connection,
            "UPDATE notify_digest SET due_at = ?5 WHERE tenant = ?1 AND recipient = ?2 AND template = ?3 AND fence = ?4"
        );
        _forget = new SqliteStatement(
            writer.Connection,
            "DELETE FROM notify_digest_event WHERE tenant = ?1 AND recipient = ?2 AND template = ?3 AND id = ?4"
        );
        _end = new SqliteStatement(
            writer.Connection,
            """
            DELETE FROM notify_digest WHERE tenant = ?1 AND recipient = ?2 AND template = ?3
                AND NOT EXISTS (SELECT 1 FROM notify_digest_event WHERE tenant = ?1 AND recipient = ?2 AND template = ?3)
            """
        );
    }

    public ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(
        string owner,
        DateTimeOffset now,
        DateTimeOffset until,
        int max,
        CancellationToken cancellationToken
    ) =>
        _writer.RunAsync<IReadOnlyList<DigestLease>>(
            () =>
            {
                _lease.Bind(1, now).Bind(2, until).Bind(3, max);
                var rows = new List<(string Tenant, string Recipient, string Template, long Fence)>();
                while (_lease.Read())
                    rows.Add((_lease.Text(0), _lease.Text(1), _lease.Text(2), _lease.Int64(3)));
                return [.. rows.Select(row => WithEvents(row.Tenant, row.Recipient, row.Template, row.Fence))];
            },
            cancellationToken
        );

    public ValueTask<bool> CloseAsync(
        DigestLease lease,
        EnqueueRequest? request,
        DateTimeOffset nextDueAt,
        CancellationToken cancellationToken
    )
    {
        var serialized = request is null ? default : SerializedNotification.Of(request.Notification);
        return _writer.RunAsync(
            () =>
            {
                if (Bind(_move, lease).Bind(4, lease.Fence).Bind(5, nextDueAt).Execute() == 0)
                    return false;

                foreach (var collected in lease.Events)
                    Bind(_forget, lease).Bind(4, collected.Id).Execute();
                Bind(_end, lease).Execute();
                if (request is not null)
                    _enqueue.Add(request, serialized);
                return true;
            },
            cancellationToken
        );
    }

    public void Dispose()
    {
        _writer.Dispose();
        _enqueue.Dispose();
        _lease.Dispose();
        _events.Dispose();
        _move.Dispose();
        _forget.Dispose();
        _end.Dispose();
    }

    private DigestLease WithEvents(string tenant, string recipient, string template, long fence)
    {
        _events.Bind(1, tenant).Bind(2, recipient).Bind(3, template).Bind(4, MostEvents);
        var events = new List<DigestEvent>();
        while (_events.Read())
        {
            var trigger = StoredForm.ReadTrigger(_events.Blob(2));
            events.Add(new DigestEvent(_events.Guid(0), trigger.To[0], trigger, _events.Time(1)));
        }

        return new DigestLease(tenant, events[0].Recipient, template, events, fence);
    }

    private static SqliteStatement Bind(SqliteStatement statement, DigestLease lease) =>
        statement.Bind(1, lease.Tenant).Bind(2, lease.Recipient.Key).Bind(3, lease.Template);
}
