using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Lists and replays dead letters.</summary>
internal sealed class DeadLetterStore(StoreDatabase database, ContentReader contents) : IDeadLetterStore
{
    // An erased delivery has no address and cannot be replayed.
    private static readonly string Matches = $"""
        d.state = {(int)DeliveryState.DeadLetter} AND d.tenant = $1 AND d.address <> ''
            AND ($2 IS NULL OR d.id = ANY($2)) AND ($3 IS NULL OR d.provider = $3) AND ($4 IS NULL OR strpos(d.reason, $4) > 0)
            AND ($5 IS NULL OR d.ended_at >= $5) AND ($6 IS NULL OR d.ended_at < $6)
        """;

    private readonly string _list =
        $"SELECT {DeliveryRecords.Columns} FROM {database.Schema}.delivery d "
        + $"WHERE {Matches} AND ($7 IS NULL OR d.id > $7) ORDER BY d.id LIMIT $8";

    private readonly string _count = $"SELECT count(*) FROM {database.Schema}.delivery d WHERE {Matches}";

    // Concurrent replays skip the rows that another one has locked, so each dead letter is replayed once.
    private readonly string _replay = $"""
        WITH chosen AS MATERIALIZED (
            SELECT d.id FROM {database.Schema}.delivery d WHERE {Matches} ORDER BY d.id LIMIT $7 FOR UPDATE SKIP LOCKED
        )
        UPDATE {database.Schema}.delivery d
        SET state = {(int)DeliveryState.Pending},
            due_at = $8, not_before = $8, expires_at = $9, attempts_spent = 0, retry_delay_ticks = 0,
            reason = 'replayed', ended_at = NULL, owner = NULL, fence = d.fence + 1
        FROM chosen WHERE d.id = chosen.id
        """;

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
                    _list,
                    parameters => Bind(parameters, filter).WithOrNull(NpgsqlDbType.Uuid, after).With(limit),
                    contents,
                    cancellation
                ),
            cancellationToken
        );

    public async ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        (
            await database
                .QueryAsync(_count, parameters => Bind(parameters, filter), row => row.GetInt64(0), cancellationToken)
                .ConfigureAwait(false)
        )[0];

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        database.TransactAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    _replay,
                    parameters => Bind(parameters, request.Filter).With(request.Limit).With(request.Now).With(request.ExpiresAt),
                    cancellation
                ),
            cancellationToken
        );

    private static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, DeadLetterFilter filter) =>
        parameters
            .With(filter.Tenant)
            .WithOrNull(NpgsqlDbType.Array | NpgsqlDbType.Uuid, filter.Ids?.ToArray())
            .WithOrNull(NpgsqlDbType.Text, filter.Provider)
            .WithOrNull(NpgsqlDbType.Text, filter.Reason.ToDatabase())
            .WithOrNull(filter.From)
            .WithOrNull(filter.To);
}
