using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Finds and replays dead letters.</summary>
internal sealed class DeadLetterStore(DatabaseWriter writer, StoreDatabase database) : IDeadLetterStore
{
    /// <summary>
    /// The condition with the parameters 1 to 6. All but the tenant may be null; the ids are a JSON array. An erased delivery has
    /// no address and cannot be replayed.
    /// </summary>
    private const string Matches = """
        state = 2 AND tenant = ?1 AND address <> ''
            AND (?2 IS NULL OR lower(hex(id)) IN (SELECT value FROM json_each(?2)))
            AND (?3 IS NULL OR provider = ?3)
            AND (?4 IS NULL OR instr(reason, ?4) > 0)
            AND ended_at >= COALESCE(?5, 0)
            AND (?6 IS NULL OR ended_at < ?6)
        """;

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var contents = new ContentReader(connection);
        using var statement = new Statement(
            connection,
            $"SELECT {DeliveryRow.Columns} FROM notify_delivery WHERE {Matches} AND id > COALESCE(?7, x'') ORDER BY id LIMIT ?8"
        );
        Bind(statement, filter).Bind(7, after).Bind(8, limit);
        var records = new List<DeliveryRecord>();
        while (statement.Read())
            records.Add(DeliveryRow.ReadRecord(statement, contents));
        return new(records);
    }

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, $"SELECT COUNT(*) FROM notify_delivery WHERE {Matches}");
        Bind(statement, filter).Read();
        return new(statement.Int64(0));
    }

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        writer.RunAsync(() => Replay(request), cancellationToken);

    private int Replay(ReplayRequest request)
    {
        using var statement = new Statement(
            writer.Connection,
            $"""
            UPDATE notify_delivery
            SET state = 0, due_at = ?7, expires_at = ?8, fence = fence + 1, attempts_spent = 0,
                retry_delay = 0, ended_at = NULL, reason = 'replayed'
            WHERE id IN (SELECT id FROM notify_delivery WHERE {Matches} ORDER BY id LIMIT ?9)
            """
        );
        return Bind(statement, request.Filter).Bind(7, request.Now).Bind(8, request.ExpiresAt).Bind(9, request.Limit).Execute();
    }

    private static Statement Bind(Statement statement, DeadLetterFilter filter) =>
        statement
            .Bind(1, filter.Tenant)
            .Bind(2, filter.Ids is null ? null : $"[{string.Join(',', filter.Ids.Select(QuoteHex))}]")
            .Bind(3, filter.Provider)
            .Bind(4, filter.Reason)
            .Bind(5, filter.From)
            .Bind(6, filter.To);

    private static string QuoteHex(Guid id) => $"\"{Convert.ToHexStringLower(id.ToByteArray(bigEndian: true))}\"";
}
