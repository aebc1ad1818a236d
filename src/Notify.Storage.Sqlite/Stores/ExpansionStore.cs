using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps the progress of the expansion of topics into deliveries.</summary>
internal sealed class ExpansionStore : IExpansionStore, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly NotificationWriter _enqueue;
    private readonly TurnLeases _turns;
    private readonly IdleLook<TurnLeases> _look;
    private readonly Statement _lease;
    private readonly Statement _advance;
    private readonly Statement _fail;

    public ExpansionStore(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _enqueue = new NotificationWriter(writer.Connection);
        _turns = new TurnLeases(writer.Connection, "notify_expansion");
        _look = new IdleLook<TurnLeases>(database, connection => new TurnLeases(connection, "notify_expansion"));
        _lease = new Statement(
            writer.Connection,
            """
            UPDATE notify_expansion SET due_at = @until, fence = fence + 1
            WHERE (notification_id, topic) IN (
                SELECT notification_id, topic FROM notify_expansion
                WHERE tenant = @tenant AND due_at <= @now ORDER BY due_at LIMIT @limit)
            RETURNING notification_id, tenant, topic, cursor, done, failures, fence
            """
        );
        _advance = new Statement(
            writer.Connection,
            """
            UPDATE notify_expansion
            SET cursor = @cursor, done = @done, due_at = @due_at, updated_at = @now, failures = 0, reason = NULL
            WHERE notification_id = @notification_id AND topic = @topic AND fence = @fence AND due_at IS NOT NULL
            """
        );
        _fail = new Statement(
            writer.Connection,
            """
            UPDATE notify_expansion
            SET due_at = @due_at, updated_at = @now, reason = @reason, failures = failures + 1, fence = fence + 1
            WHERE notification_id = @notification_id AND topic = @topic AND fence = @fence AND due_at IS NOT NULL
            """
        );
    }

    public async ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        if (_look.FindsNothing(turns => turns.AreAny(request.Now)))
            return [];

        var rows = await _writer
            .RunAsync(() => _turns.Find(request).SelectMany(tenant => Lease(tenant, request)).ToArray(), cancellationToken)
            .ConfigureAwait(false);
        _look.Report(rows.Length);
        if (rows.Length == 0)
            return [];

        using var connection = _database.OpenReader();
        return
        [
            .. rows.Select(row => new ExpansionLease
            {
                Notification = NotificationStore.Find(connection, row.Tenant, row.NotificationId)!,
                Topic = row.Topic,
                Cursor = row.Cursor,
                Done = row.Done,
                Failures = row.Failures,
                Fence = row.Fence,
            }),
        ];
    }

    public ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken) =>
        _writer.RunAsync(() => Advance(step), cancellationToken);

    public ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken) =>
        _writer.RunAsync(
            () =>
                _fail
                    .Bind("@notification_id", failure.Lease.Notification.Id)
                    .Bind("@topic", failure.Lease.Topic)
                    .Bind("@fence", failure.Lease.Fence)
                    .Bind("@due_at", failure.RetryAt)
                    .Bind("@now", failure.At)
                    .Bind("@reason", failure.Reason)
                    .Execute() == 1,
            cancellationToken
        );

    public ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    )
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT 1 FROM notify_delivery WHERE notification_id = @notification_id AND address_key = @address_key"
        );
        var reached = new HashSet<Guid>();
        foreach (var key in addressKeys)
        {
            if (statement.Bind("@notification_id", notificationId).Bind("@address_key", key).Read())
                reached.Add(key);
            statement.Reset();
        }

        return new(reached);
    }

    public ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT topic, done, total, due_at IS NULL, accepted_at, updated_at, failures, reason
            FROM notify_expansion JOIN notify_notification ON id = notification_id
            WHERE notification_id = @notification_id AND notify_expansion.tenant = @tenant ORDER BY topic
            """
        );
        statement.Bind("@notification_id", notificationId).Bind("@tenant", tenant);
        var progress = new List<ExpansionProgress>();
        while (statement.Read())
        {
            progress.Add(
                new ExpansionProgress
                {
                    Topic = statement.Text(0),
                    Done = statement.Int64(1),
                    Total = statement.Int64(2),
                    IsComplete = statement.Int32(3) == 1,
                    StartedAt = statement.Time(4),
                    UpdatedAt = statement.Time(5),
                    Failures = statement.Int32(6),
                    Reason = statement.TextOrNull(7),
                }
            );
        }

        return new(progress);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _enqueue.Dispose();
        _turns.Dispose();
        _look.Dispose();
        _lease.Dispose();
        _advance.Dispose();
        _fail.Dispose();
    }

    private List<Row> Lease(string tenant, DueRequest request)
    {
        _lease
            .Bind("@tenant", tenant)
            .Bind("@now", request.Now)
            .Bind("@limit", request.MaxPerTenant)
            .Bind("@until", request.Until);
        var rows = new List<Row>();
        while (_lease.Read())
        {
            rows.Add(
                new Row(
                    _lease.Guid(0),
                    _lease.Text(1),
                    _lease.Text(2),
                    _lease.Text(3),
                    _lease.Int64(4),
                    _lease.Int32(5),
                    _lease.Int64(6)
                )
            );
        }

        return rows;
    }

    private bool Advance(ExpansionStep step)
    {
        DateTimeOffset? dueAt = step.IsComplete ? null : step.Until;
        var applied =
            _advance
                .Bind("@notification_id", step.Lease.Notification.Id)
                .Bind("@topic", step.Lease.Topic)
                .Bind("@fence", step.Lease.Fence)
                .Bind("@cursor", step.Cursor)
                .Bind("@done", step.Done)
                .Bind("@due_at", dueAt)
                .Bind("@now", step.At)
                .Execute() == 1;
        if (!applied)
            return false;

        foreach (var queued in step.Deliveries)
            _enqueue.Add(queued, step.At);
        foreach (var collected in step.Digests)
            _enqueue.Add(collected);
        return true;
    }

    private sealed record Row(
        Guid NotificationId,
        string Tenant,
        string Topic,
        string Cursor,
        long Done,
        int Failures,
        long Fence
    );
}
