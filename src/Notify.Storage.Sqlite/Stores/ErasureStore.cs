using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>
/// Erases the stored data of removed users. Rows are found on a reading connection in the order of their ids, and erased by
/// the writer a few at a time, so that other writes take turns with them.
/// </summary>
internal sealed class ErasureStore : IErasureStore, IDisposable
{
    /// <summary>The number of rows per write, which delays other writes for a few milliseconds.</summary>
    private const int RowsPerWrite = 100;

    /// <summary>
    /// The time in milliseconds for which the last batch waits for readers of older pages. Other writes wait meanwhile.
    /// </summary>
    private const int CheckpointTimeoutMs = 500;

    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly ErasureWriter _erase;
    private readonly Statement _request;
    private readonly Statement _complete;

    public ErasureStore(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _erase = new ErasureWriter(writer.Connection);
        _request = new Statement(
            writer.Connection,
            "INSERT OR REPLACE INTO notify_erasure (tenant, user_id, requested_at) VALUES (@tenant, @user_id, @requested_at)"
        );
        _complete = new Statement(
            writer.Connection,
            "DELETE FROM notify_erasure WHERE tenant = @tenant AND user_id = @user_id AND requested_at = @requested_at"
        );
    }

    public async ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken) =>
        await _writer.RunAsync(() => Run(_request, erasure), cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT tenant, user_id, requested_at FROM notify_erasure
            ORDER BY row_number() OVER (PARTITION BY tenant ORDER BY requested_at), requested_at LIMIT @limit
            """
        );
        statement.Bind("@limit", limit);
        var erasures = new List<Erasure>();
        while (statement.Read())
            erasures.Add(new Erasure(statement.Text(0), statement.Text(1), statement.Time(2)));
        return new(erasures);
    }

    public async ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = FindRows(
            batch,
            """
            SELECT id, tenant, user_id, accepted_at, reason IS @reason AND address = ''
            FROM notify_delivery WHERE id > @after ORDER BY id LIMIT @limit
            """
        );
        var busy = new HashSet<Erasure>();
        foreach (var some in rows.Chunk(RowsPerWrite))
        {
            var left = await _writer
                .RunAsync(() => some.Where(row => !_erase.EraseDelivery(row.Id, batch.Now)).ToArray(), cancellationToken)
                .ConfigureAwait(false);
            busy.UnionWith(left.Select(row => row.Owner));
        }

        return new ErasureStep(next, busy);
    }

    public async ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = FindRows(
            batch,
            """
            SELECT e.id, e.tenant, e.user_id, n.accepted_at, e.reason IS @reason
            FROM notify_digest_event e JOIN notify_notification n ON n.id = e.notification_id
            WHERE e.id > @after ORDER BY e.id LIMIT @limit
            """
        );
        foreach (var some in rows.Chunk(RowsPerWrite))
        {
            await _writer
                .RunAsync(
                    () =>
                    {
                        foreach (var row in some)
                            _erase.EraseEvent(row.Id);
                        return some.Length;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return new ErasureStep(next, next is not null || RemoveOldCopies() ? [] : batch.Erasures);
    }

    public async ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken) =>
        await _writer.RunAsync(() => erasures.Sum(erasure => Run(_complete, erasure)), cancellationToken).ConfigureAwait(false);

    public void Dispose()
    {
        _writer.Dispose();
        _erase.Dispose();
        _request.Dispose();
        _complete.Dispose();
    }

    private static int Run(Statement statement, Erasure erasure) =>
        statement
            .Bind("@tenant", erasure.Tenant)
            .Bind("@user_id", erasure.UserId)
            .Bind("@requested_at", erasure.RequestedAt)
            .Execute();

    // The write-ahead log still contains older versions of the pages. A checkpoint copies the newest versions into the file
    // and then empties the log, which succeeds only while no connection reads an older version.
    private bool RemoveOldCopies()
    {
        using var connection = _database.OpenReader();
        SetTimeout(connection, CheckpointTimeoutMs);
        try
        {
            using var checkpoint = new Statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            var isDone = checkpoint.Read() && checkpoint.Int32(0) == 0;
            checkpoint.Reset();
            return isDone;
        }
        finally
        {
            // The connection returns to the pool.
            SetTimeout(connection, 0);
        }
    }

    private static void SetTimeout(SqliteConnection connection, int milliseconds)
    {
        using var statement = new Statement(connection, $"PRAGMA busy_timeout = {milliseconds}");
        statement.Execute();
    }

    private (List<Row> Rows, Guid? Next) FindRows(ErasureBatch batch, string sql)
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(connection, sql);
        statement.Bind("@after", batch.After).Bind("@limit", batch.Limit).Bind("@reason", Erasure.Reason);
        var rows = new List<Row>();
        var (count, last) = (0, batch.After);
        for (; statement.Read(); count++)
        {
            last = statement.Guid(0);
            var isErased = statement.Int32(4) == 1;
            if (!isErased && batch.Find(statement.Text(1), statement.TextOrNull(2), statement.Time(3)) is { } owner)
                rows.Add(new Row(last, owner));
        }

        return (rows, count < batch.Limit ? null : last);
    }

    private sealed record Row(Guid Id, Erasure Owner);
}
