using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Erases the data of removed users, in the order of ids, with one transaction per batch.</summary>
internal sealed class ErasureStore(StoreDatabase database, ErasureWriter erase) : IErasureStore
{
    private readonly string _request = $"""
        INSERT INTO {database.Schema}.erasure (tenant, user_id, requested_at) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, user_id) DO UPDATE SET requested_at = excluded.requested_at
        """;

    private readonly string _list = $"""
        SELECT tenant, user_id, requested_at FROM {database.Schema}.erasure
        ORDER BY row_number() OVER (PARTITION BY tenant ORDER BY requested_at), requested_at LIMIT $1
        """;

    private readonly string _complete =
        $"DELETE FROM {database.Schema}.erasure WHERE tenant = $1 AND user_id = $2 AND requested_at = $3";

    private readonly string _findDeliveries = $"""
        SELECT id, tenant, user_id, accepted_at, address = '' AND reason IS NOT DISTINCT FROM $3
        FROM {database.Schema}.delivery WHERE id > $1 ORDER BY id LIMIT $2
        """;

    private readonly string _findEvents = $"""
        SELECT e.id, e.tenant, e.user_id, n.accepted_at, e.reason IS NOT DISTINCT FROM $3
        FROM {database.Schema}.digest_event e JOIN {database.Schema}.notification n ON n.id = e.notification_id
        WHERE e.id > $1 ORDER BY e.id LIMIT $2
        """;

    public async ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(_request, parameters => Bind(parameters, erasure), cancellation),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken) =>
        await database
            .QueryAsync(
                _list,
                parameters => parameters.With(limit),
                row => new Erasure(row.GetString(0), row.GetString(1), row.Time(2)),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = await FindRowsAsync(_findDeliveries, batch, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
            return new ErasureStep(next, []);

        Guid[] ids = [.. rows.Select(row => row.Id)];
        var erased = await database
            .TransactAsync(
                (connection, cancellation) => erase.EraseDeliveriesAsync(connection, ids, batch.Now, cancellation),
                cancellationToken
            )
            .ConfigureAwait(false);
        return new ErasureStep(next, [.. rows.Where(row => !erased.Contains(row.Id)).Select(row => row.Owner).Distinct()]);
    }

    public async ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = await FindRowsAsync(_findEvents, batch, cancellationToken).ConfigureAwait(false);
        if (rows.Count > 0)
        {
            Guid[] ids = [.. rows.Select(row => row.Id)];
            await database
                .TransactAsync(
                    (connection, cancellation) => erase.EraseEventsAsync(connection, ids, cancellation),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return new ErasureStep(next, []);
    }

    public async ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        foreach (var erasure in erasures)
        {
            await database
                .TransactAsync(
                    (connection, cancellation) =>
                        connection.ExecuteAsync(_complete, parameters => Bind(parameters, erasure), cancellation),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
    }

    private async ValueTask<(List<Row> Rows, Guid? Next)> FindRowsAsync(
        string sql,
        ErasureBatch batch,
        CancellationToken cancellationToken
    )
    {
        var page = await database
            .QueryAsync(
                sql,
                parameters => parameters.With(batch.After).With(batch.Limit).With(Erasure.Reason),
                row =>
                    (
                        Id: row.GetGuid(0),
                        Owner: row.GetBoolean(4) ? null : batch.Find(row.GetString(1), row.TextOrNull(2), row.Time(3))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        List<Row> rows = [.. page.Where(row => row.Owner is not null).Select(row => new Row(row.Id, row.Owner!))];
        return (rows, page.Count < batch.Limit ? null : page[^1].Id);
    }

    private static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, Erasure erasure) =>
        parameters.With(erasure.Tenant).With(erasure.UserId).With(erasure.RequestedAt);

    private sealed record Row(Guid Id, Erasure Owner);
}
