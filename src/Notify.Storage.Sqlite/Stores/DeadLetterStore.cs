using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Finds and replays dead letters.</summary>
internal sealed class DeadLetterStore(DatabaseWriter writer, StoreDatabase database) : IDeadLetterStore
{
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var contents = new ContentReader(connection);
        using var statement = new Statement(connection, CreateList(filter, after is not null));
        Bind(statement, filter).Bind("@limit", limit);
        if (after is { } last)
            statement.Bind("@at", last.EndedAt).Bind("@id", last.Id);
        var records = new List<DeliveryRecord>();
        while (statement.Read())
            records.Add(DeliveryRow.ReadRecord(statement, contents));
        return new(records);
    }

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            $"SELECT COUNT(*) FROM {GetSource(filter)} WHERE {CreateCondition(filter)}"
        );
        Bind(statement, filter).Read();
        return new(statement.Int64(0));
    }

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        writer.RunAsync(() => Replay(request), cancellationToken);

    /// <summary>Creates the query for a page. With and without a provider, an index has its entries in its order.</summary>
    public static string CreateList(DeadLetterFilter filter, bool hasAfter) =>
        $"""
            SELECT {DeliveryRow.Columns} FROM {GetSource(filter)}
            WHERE {CreateCondition(filter, hasAfter)}{(hasAfter ? " AND (ended_at, id) < (@at, @id)" : "")}
            ORDER BY ended_at DESC, id DESC LIMIT @limit
            """;

    private int Replay(ReplayRequest request)
    {
        using var statement = new Statement(
            writer.Connection,
            $"""
            UPDATE notify_delivery
            SET state = {(int)
                DeliveryState.Pending}, due_at = @now, expires_at = @expires_at, fence = fence + 1, attempts_spent = 0,
                retry_delay = 0, ended_at = NULL, reason = 'replayed'
            WHERE id IN (
                SELECT id FROM {GetSource(request.Filter)} WHERE {CreateCondition(request.Filter)}
                ORDER BY ended_at, id LIMIT @limit)
            """
        );
        return Bind(statement, request.Filter)
            .Bind("@now", request.Now)
            .Bind("@expires_at", request.ExpiresAt)
            .Bind("@limit", request.Limit)
            .Execute();
    }

    // Without statistics of the table, the database may choose an index without the provider.
    private static string GetSource(DeadLetterFilter filter) =>
        $"notify_delivery INDEXED BY notify_delivery_dead{(filter.Provider is null ? "" : "_provider")}";

    // Only the conditions of the filter, so that the database finds the index for them. An erased delivery has no address and
    // cannot be replayed. The plus keeps the end of the period from the index, in which the search must begin at the position.
    private static string CreateCondition(DeadLetterFilter filter, bool hasAfter = false) =>
        $"state = {(int)DeliveryState.DeadLetter} AND tenant = @tenant AND address <> ''"
        + (filter.Ids is null ? "" : " AND lower(hex(id)) IN (SELECT value FROM json_each(@ids))")
        + (filter.Provider is null ? "" : " AND provider = @provider")
        + (filter.Reason is null ? "" : " AND instr(reason, @reason) > 0")
        + (filter.From is null ? "" : " AND ended_at >= @from")
        + (filter.To is null ? "" : $" AND {(hasAfter ? "+" : "")}ended_at < @to");

    private static Statement Bind(Statement statement, DeadLetterFilter filter)
    {
        statement.Bind("@tenant", filter.Tenant);
        if (filter.Ids is { } ids)
            statement.Bind("@ids", $"[{string.Join(',', ids.Select(QuoteHex))}]");
        if (filter.Provider is { } provider)
            statement.Bind("@provider", provider);
        if (filter.Reason is { } reason)
            statement.Bind("@reason", reason);
        if (filter.From is { } from)
            statement.Bind("@from", from);
        if (filter.To is { } to)
            statement.Bind("@to", to);
        return statement;
    }

    private static string QuoteHex(Guid id) => $"\"{Convert.ToHexStringLower(id.ToByteArray(bigEndian: true))}\"";
}
