using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>Purges in small transactions. A row that others hold at the moment is left for the next time, so that nobody waits.</summary>
internal sealed class PostgreSqlRetentionStore(PostgreSqlDatabase database) : IRetentionStore
{
    private readonly string _findEnded =
        $"""
        SELECT old.id FROM {database.Schema}.notification old
        WHERE old.id > $1 AND old.id < $2 AND old.accepted_at < $3
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.id AND d.due_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.expansion e WHERE e.notification_id = old.id AND e.due_at IS NOT NULL)
        ORDER BY old.id LIMIT $4
        """;

    private readonly string _purgeDeliveries =
        $"""
        DELETE FROM {database.Schema}.delivery WHERE id = ANY(ARRAY(
            SELECT id FROM {database.Schema}.delivery WHERE notification_id = ANY($1) AND due_at IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    private readonly string _purgeExpansions =
        $"DELETE FROM {database.Schema}.expansion WHERE notification_id = ANY($1) AND due_at IS NULL";

    // A dead letter may have been replayed since its notification was found to have ended.
    private readonly string _purgeNotifications =
        $"""
        DELETE FROM {database.Schema}.notification old WHERE old.id = ANY($1)
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.id)
        """;

    private readonly string _purgeKeys = OldRows(database.Schema, "idempotency", "expires_at <= $1");

    private readonly string _purgePermits = OldRows(database.Schema, "throttle", "taken_at < $1");

    private readonly string _purgeCounts = OldRows(database.Schema, "delivery_count", "minute < $1");

    public async ValueTask<long> PurgeNotificationsAsync(DateTimeOffset acceptedBefore, int most, CancellationToken cancellationToken)
    {
        var purged = 0L;
        var after = Guid.Empty;
        while (await FindEndedAsync(acceptedBefore, after, most, cancellationToken).ConfigureAwait(false) is { Length: > 0 } ended)
        {
            after = ended[^1];
            purged += await PurgeStepwiseAsync(_purgeDeliveries, parameters => parameters.With(ended), most, cancellationToken).ConfigureAwait(false);
            await database.TransactAsync(
                async (connection, cancellation) =>
                {
                    await connection.ExecuteAsync(_purgeExpansions, parameters => parameters.With(ended), cancellation).ConfigureAwait(false);
                    return await connection.ExecuteAsync(_purgeNotifications, parameters => parameters.With(ended), cancellation).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }

        return purged;
    }

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        PurgeStepwiseAsync(_purgeKeys, parameters => parameters.With(now), most, cancellationToken);

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        PurgeStepwiseAsync(_purgePermits, parameters => parameters.With(takenBefore), most, cancellationToken);

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        PurgeStepwiseAsync(_purgeCounts, parameters => parameters.With(before), most, cancellationToken);

    private async ValueTask<Guid[]> FindEndedAsync(DateTimeOffset acceptedBefore, Guid after, int most, CancellationToken cancellationToken)
    {
        var beyond = StoredForm.LowestIdOf(acceptedBefore.AddMilliseconds(1));
        return [.. await database.QueryAsync(
            _findEnded,
            parameters => parameters.With(after).With(beyond).With(acceptedBefore).With(most),
            row => row.GetGuid(0),
            cancellationToken).ConfigureAwait(false)];
    }

    private async ValueTask<long> PurgeStepwiseAsync(
        string sql, Action<NpgsqlParameterCollection> bind, int most, CancellationToken cancellationToken)
    {
        var purged = 0L;
        int step;
        do
        {
            step = await database.TransactAsync(
                (connection, cancellation) => connection.ExecuteAsync(
                    sql,
                    parameters =>
                    {
                        bind(parameters);
                        parameters.With(most);
                    },
                    cancellation),
                cancellationToken).ConfigureAwait(false);
            purged += step;
        }
        while (step == most);
        return purged;
    }

    private static string OldRows(string schema, string table, string isOld) =>
        $"DELETE FROM {schema}.{table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {schema}.{table} WHERE {isOld} LIMIT $2 FOR UPDATE SKIP LOCKED))";
}
