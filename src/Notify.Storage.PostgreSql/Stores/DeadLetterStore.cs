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
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.UseAsync(
            (connection, cancellation) =>
                DeliveryRecords.ReadAsync(
                    connection,
                    CreateList(database.Schema, filter, after is not null),
                    parameters => BindList(parameters, filter, after, limit),
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
                    CreateReplay(database.Schema, request.Filter),
                    parameters => Bind(parameters, request.Filter).With(request.Limit).With(request.Now).With(request.ExpiresAt),
                    cancellation
                ),
            cancellationToken
        );

    /// <summary>Creates the query for a page. With and without a provider, an index has its entries in its order.</summary>
    public static string CreateList(string schema, DeadLetterFilter filter, bool hasAfter) =>
        $"""
            SELECT {DeliveryRecords.Columns} FROM {schema}.delivery d
            WHERE {CreateCondition(filter)}{(hasAfter ? " AND (d.ended_at, d.id) < ($8, $9)" : "")}
            ORDER BY d.ended_at DESC, d.id DESC LIMIT $7
            """;

    // Concurrent replays skip the rows that another one has locked, so each dead letter is replayed once. The array makes the
    // server look up each ID, while it might read the whole table for a join with many rows.
    public static string CreateReplay(string schema, DeadLetterFilter filter) =>
        $"""
            WITH chosen AS MATERIALIZED (
                SELECT d.id FROM {schema}.delivery d WHERE {CreateCondition(filter)}
                ORDER BY d.ended_at, d.id LIMIT $7 FOR UPDATE SKIP LOCKED
            )
            UPDATE {schema}.delivery d
            SET state = {(int)DeliveryState.Pending},
                due_at = $8, not_before = $8, expires_at = $9, attempts_spent = 0, retry_delay_ticks = 0,
                reason = 'replayed', ended_at = NULL, owner = NULL, fence = d.fence + 1
            WHERE d.id = ANY(ARRAY(SELECT id FROM chosen))
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

    private static void BindList(
        NpgsqlParameterCollection parameters,
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit
    )
    {
        Bind(parameters, filter).With(limit);
        if (after is { } last)
            parameters.With(last.EndedAt).With(last.Id);
    }

    private static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, DeadLetterFilter filter) =>
        parameters
            .With(filter.Tenant)
            .WithOrNull(NpgsqlDbType.Array | NpgsqlDbType.Uuid, filter.Ids?.ToArray())
            .WithOrNull(NpgsqlDbType.Text, filter.Provider)
            .WithOrNull(NpgsqlDbType.Text, filter.Reason.ToDatabase())
            .WithOrNull(filter.From)
            .WithOrNull(filter.To);
}
