using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Lists and replays dead letters.</summary>
internal sealed class DeadLetterStore(StoreDatabase database, ContentReader contents) : IDeadLetterStore
{
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.UseAsync(
            (connection, cancellation) =>
                DeliveryRecords.ReadAsync(
                    connection,
                    CreateList(filter),
                    parameters => Bind(parameters, filter).With(after ?? Guid.Empty).With(limit),
                    contents,
                    cancellation
                ),
            cancellationToken
        );

    public async ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        (
            await database
                .QueryAsync(
                    $"SELECT count(*) FROM {database.Schema}.delivery d WHERE {CreateCondition(filter)}",
                    parameters => Bind(parameters, filter),
                    row => row.GetInt64(0),
                    cancellationToken
                )
                .ConfigureAwait(false)
        )[0];

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        database.TransactAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    CreateReplay(request.Filter),
                    parameters => Bind(parameters, request.Filter).With(request.Limit).With(request.Now).With(request.ExpiresAt),
                    cancellation
                ),
            cancellationToken
        );

    /// <summary>
    /// Creates the query for a page, in the order of the IDs. An index for each order finds the IDs: that of the IDs, or that of
    /// the end. The server cannot know that deliveries end in nearly the order of their IDs, and would search for a period from
    /// the oldest dead letter on. So it must first collect those of the period, which needs nothing but the index.
    /// </summary>
    private string CreateList(DeadLetterFilter filter)
    {
        var isPeriod = filter.From is not null || filter.To is not null;
        var matches = $"SELECT d.id FROM {database.Schema}.delivery d WHERE {CreateCondition(filter)} AND d.id > $7";
        return $"""
            WITH matches AS {(isPeriod ? "MATERIALIZED" : "NOT MATERIALIZED")} ({matches})
            SELECT {DeliveryRecords.Columns} FROM {database.Schema}.delivery d
            WHERE d.id = ANY(ARRAY(SELECT id FROM matches ORDER BY id LIMIT $8)) ORDER BY d.id
            """;
    }

    // Concurrent replays skip the rows that another one has locked, so each dead letter is replayed once.
    private string CreateReplay(DeadLetterFilter filter) =>
        $"""
            WITH chosen AS MATERIALIZED (
                SELECT d.id FROM {database.Schema}.delivery d WHERE {CreateCondition(filter)}
                ORDER BY d.id LIMIT $7 FOR UPDATE SKIP LOCKED
            )
            UPDATE {database.Schema}.delivery d
            SET state = {(int)DeliveryState.Pending},
                due_at = $8, not_before = $8, expires_at = $9, attempts_spent = 0, retry_delay_ticks = 0,
                reason = 'replayed', ended_at = NULL, owner = NULL, fence = d.fence + 1
            FROM chosen WHERE d.id = chosen.id
            """;

    // Only the conditions of the filter, so that the server finds the index for them. An erased delivery has no address and
    // cannot be replayed.
    private static string CreateCondition(DeadLetterFilter filter) =>
        $"d.state = {(int)DeliveryState.DeadLetter} AND d.tenant = $1 AND d.address <> ''"
        + (filter.Ids is null ? "" : " AND d.id = ANY($2)")
        + (filter.Provider is null ? "" : " AND d.provider = $3")
        + (filter.Reason is null ? "" : " AND strpos(d.reason, $4) > 0")
        + (filter.From is null ? "" : " AND d.ended_at >= $5")
        + (filter.To is null ? "" : " AND d.ended_at < $6");

    private static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, DeadLetterFilter filter) =>
        parameters
            .With(filter.Tenant)
            .WithOrNull(NpgsqlDbType.Array | NpgsqlDbType.Uuid, filter.Ids?.ToArray())
            .WithOrNull(NpgsqlDbType.Text, filter.Provider)
            .WithOrNull(NpgsqlDbType.Text, filter.Reason.ToDatabase())
            .WithOrNull(filter.From)
            .WithOrNull(filter.To);
}
