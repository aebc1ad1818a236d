using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Finds and replays dead letters.</summary>
internal sealed class DeadLetterStore(DatabaseWriter writer, StoreDatabase database) : IDeadLetterStore
{
    /// <summary>
    /// The condition on dead letters, whose parameters <see cref="Bind"/> binds. All but the tenant may be null; the ids are a
    /// JSON array. An erased delivery has no address and cannot be replayed.
    /// </summary>
    private static readonly string Matches = $"""
        state = {(int)DeliveryState.DeadLetter} AND tenant = @tenant AND address <> ''
            AND (@ids IS NULL OR lower(hex(id)) IN (SELECT value FROM json_each(@ids)))
            AND (@provider IS NULL OR provider = @provider)
            AND (@reason IS NULL OR instr(reason, @reason) > 0)
            AND ended_at >= COALESCE(@from, 0)
            AND (@to IS NULL OR ended_at < @to)
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
            $"""
            SELECT {DeliveryRow.Columns} FROM notify_delivery
            WHERE {Matches} AND id > COALESCE(@after, x'') ORDER BY id LIMIT @limit
            """
        );
        Bind(statement, filter).Bind("@after", after).Bind("@limit", limit);
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
            SET state = {(int)
                DeliveryState.Pending}, due_at = @now, expires_at = @expires_at, fence = fence + 1, attempts_spent = 0,
                retry_delay = 0, ended_at = NULL, reason = 'replayed'
            WHERE id IN (SELECT id FROM notify_delivery WHERE {Matches} ORDER BY id LIMIT @limit)
            """
        );
        return Bind(statement, request.Filter)
            .Bind("@now", request.Now)
            .Bind("@expires_at", request.ExpiresAt)
            .Bind("@limit", request.Limit)
            .Execute();
    }

    private static Statement Bind(Statement statement, DeadLetterFilter filter) =>
        statement
            .Bind("@tenant", filter.Tenant)
            .Bind("@ids", filter.Ids is null ? null : $"[{string.Join(',', filter.Ids.Select(QuoteHex))}]")
            .Bind("@provider", filter.Provider)
            .Bind("@reason", filter.Reason)
            .Bind("@from", filter.From)
            .Bind("@to", filter.To);

    private static string QuoteHex(Guid id) => $"\"{Convert.ToHexStringLower(id.ToByteArray(bigEndian: true))}\"";
}
