using Npgsql;

namespace Notify.Load.PostgreSql;

/// <summary>A connection of the ceiling. With each batch, it settles what it inserted with the previous one.</summary>
internal sealed class CeilingConnection : IAsyncDisposable
{
    private const string Settle = """
        UPDATE notify.delivery d
        SET state = 1, due_at = NULL, provider = 'vendor', attempts_spent = 0, retry_delay_ticks = 0, reason = NULL,
            history = d.history || settled.attempt, ended_at = settled.at, owner = NULL, fence = d.fence + 1
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS settled(id, attempt, at)
        WHERE d.id = settled.id AND d.owner IS NOT NULL
        """;

    private readonly NpgsqlConnection _connection;
    private readonly CopiedRow _notification;
    private readonly CopiedRow _delivery;
    private readonly string _attempt;
    private Guid[] _unsettled = [];

    private CeilingConnection(NpgsqlConnection connection, CopiedRow notification, CopiedRow delivery)
    {
        (_connection, _notification, _delivery, _attempt) = (connection, notification, delivery, (string)delivery["history"]);
        // The copied row is settled; the inserted one must be in flight.
        delivery["state"] = (short)0;
        delivery["due_at"] = DateTime.UtcNow.AddMinutes(2);
        delivery["owner"] = "a-host/12345/0123456789abcdef0123456789abcdef";
        delivery["fence"] = 1L;
        delivery["history"] = "";
        delivery["ended_at"] = DBNull.Value;
    }

    public static async Task<CeilingConnection> OpenAsync(string connectionString)
    {
        // Npgsql prepares each statement after a few uses. The server must use the indexes even while it believes that the tables
        // are small.
        var connection = new NpgsqlConnection(
            connectionString
                + ";Pooling=false;Max Auto Prepare=8;Options=-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
        );
        await connection.OpenAsync();
        return new CeilingConnection(
            connection,
            await CopiedRow.ReadAsync(connection, "notify.notification"),
            await CopiedRow.ReadAsync(connection, "notify.delivery")
        );
    }

    public async Task WriteAsync(int count)
    {
        Guid[] notifications = [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
        Guid[] deliveries = [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
        await using var batch = new NpgsqlBatch(_connection);
        if (_unsettled.Length > 0)
            batch.BatchCommands.Add(SettleBatchBefore());
        batch.BatchCommands.Add(_notification.Insert(count, ("id", notifications)));
        batch.BatchCommands.Add(_delivery.Insert(count, ("id", deliveries), ("notification_id", notifications)));
        await batch.ExecuteNonQueryAsync();
        _unsettled = deliveries;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private NpgsqlBatchCommand SettleBatchBefore()
    {
        var count = _unsettled.Length;
        return new NpgsqlBatchCommand(Settle)
        {
            Parameters =
            {
                new() { Value = _unsettled },
                new() { Value = CopiedRow.Repeat(_attempt, count) },
                new() { Value = CopiedRow.Repeat(DateTime.UtcNow, count) },
            },
        };
    }
}
