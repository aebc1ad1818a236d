using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Schema;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// Purges deliveries in small transactions that skip locked rows, and notifications by dropping their partitions. A purged
/// notification is hidden until its partition is dropped.
/// </summary>
internal sealed class RetentionStore(StoreDatabase database) : IRetentionStore
{
    private readonly string _hide = $"UPDATE {database.Schema}.retention SET purged_before = $1 WHERE purged_before < $1";

    // Jumps from notification to notification through the index on deliveries. Purged notifications have none and cost nothing.
    private readonly string _findOld = $"""
        WITH RECURSIVE old AS (
            ({NextNotification(database.Schema, "$1")})
          UNION ALL
            SELECT next.* FROM old CROSS JOIN LATERAL ({NextNotification(database.Schema, "old.notification_id")}) AS next
        )
        SELECT page.notification_id, page.accepted_at < $3
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.delivery d
                WHERE d.notification_id = page.notification_id AND d.due_at IS NOT NULL)
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.expansion e
                WHERE e.notification_id = page.notification_id AND e.due_at IS NOT NULL)
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.digest_event e
                WHERE e.notification_id = page.notification_id AND e.state = {(int)CollectedState.Waiting})
        FROM (SELECT * FROM old LIMIT $4) AS page ORDER BY page.notification_id
        """;

    private readonly string _purgeDeliveries = $"""
        DELETE FROM {database.Schema}.delivery WHERE id = ANY(ARRAY(
            SELECT id FROM {database.Schema}.delivery WHERE notification_id = ANY($1) AND due_at IS NULL
            LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    private readonly string _purgeExpansions = OldRows(
        $"{database.Schema}.expansion",
        $"""
        old.notification_id < $1
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.expansion e
                WHERE e.notification_id = old.notification_id AND e.due_at IS NOT NULL)
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.digest_event e
                WHERE e.notification_id = old.notification_id AND e.state = {(int)CollectedState.Waiting})
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.notification_id)
        """
    );

    // Runs after the expansions: the notifications then have only events left, and none of these waits.
    private readonly string _purgeEvents = OldRows(
        $"{database.Schema}.digest_event",
        $"""
        old.notification_id < $1
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.digest_event e
                WHERE e.notification_id = old.notification_id AND e.state = {(int)CollectedState.Waiting})
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.expansion e WHERE e.notification_id = old.notification_id)
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.notification_id)
        """
    );

    private readonly string _purgeLabels = OldRows(
        $"{database.Schema}.notification_label",
        $"""
        old.notification_id < $1
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.notification_id)
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.expansion e WHERE e.notification_id = old.notification_id)
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.digest_event e WHERE e.notification_id = old.notification_id)
        """
    );

    private readonly string _purgeKeys = OldRows($"{database.Schema}.idempotency", "old.expires_at <= $1");

    private readonly string _purgePermits = OldRows($"{database.Schema}.throttle", "old.taken_at < $1");

    private readonly string _purgeCounts = OldRows($"{database.Schema}.analytics_count", "old.time < $1");

    /// <summary>The SQL condition for a notification with the alias <c>n</c> that was not purged.</summary>
    public static string IsKept(string schema) =>
        $"""
            (n.accepted_at >= (SELECT purged_before FROM {schema}.retention)
                OR EXISTS (SELECT 1 FROM {schema}.delivery WHERE notification_id = n.id)
                OR EXISTS (SELECT 1 FROM {schema}.expansion WHERE notification_id = n.id)
                OR EXISTS (SELECT 1 FROM {schema}.digest_event WHERE notification_id = n.id))
            """;

    public async ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(_hide, parameters => parameters.With(acceptedBefore), cancellation),
                cancellationToken
            )
            .ConfigureAwait(false);
        var purged = await PurgeDeliveriesAsync(acceptedBefore, most, cancellationToken).ConfigureAwait(false);
        var oldId = IdRange.GetLowestId(acceptedBefore);
        await PurgeStepwiseAsync(_purgeExpansions, parameters => parameters.With(oldId), most, cancellationToken)
            .ConfigureAwait(false);
        await PurgeStepwiseAsync(_purgeEvents, parameters => parameters.With(oldId), most, cancellationToken)
            .ConfigureAwait(false);
        await PurgeStepwiseAsync(_purgeLabels, parameters => parameters.With(oldId), most, cancellationToken)
            .ConfigureAwait(false);
        await PurgePartitionsAsync(acceptedBefore, most, cancellationToken).ConfigureAwait(false);
        return purged;
    }

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        PurgeStepwiseAsync(_purgeKeys, parameters => parameters.With(now), most, cancellationToken);

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        PurgeStepwiseAsync(_purgePermits, parameters => parameters.With(takenBefore), most, cancellationToken);

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        PurgeStepwiseAsync(_purgeCounts, parameters => parameters.With(before), most, cancellationToken);

    private async ValueTask<long> PurgeDeliveriesAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var beyond = IdRange.GetLowestId(acceptedBefore.AddMilliseconds(1));
        var purged = 0L;
        var after = Guid.Empty;
        List<(Guid Id, bool HasEnded)> page;
        do
        {
            page = await database
                .QueryAsync(
                    _findOld,
                    parameters => parameters.With(after).With(beyond).With(acceptedBefore).With(most),
                    row => (row.GetGuid(0), row.GetBoolean(1)),
                    cancellationToken
                )
                .ConfigureAwait(false);
            Guid[] ended = [.. page.Where(notification => notification.HasEnded).Select(notification => notification.Id)];
            if (ended.Length > 0)
            {
                purged += await PurgeStepwiseAsync(
                        _purgeDeliveries,
                        parameters => parameters.With(ended),
                        most,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            after = page.Count > 0 ? page[^1].Id : after;
        } while (page.Count == most);
        return purged;
    }

    // A partition that may still receive notifications is kept, whatever time the caller passes.
    private async ValueTask PurgePartitionsAsync(DateTimeOffset acceptedBefore, int most, CancellationToken cancellationToken)
    {
        var partitions = await database
            .UseAsync(
                (connection, cancellation) => database.Partitions.ListPastAsync(connection, acceptedBefore, cancellation),
                cancellationToken
            )
            .ConfigureAwait(false);
        foreach (var partition in partitions)
        {
            if (!await TryDropAsync(partition, cancellationToken).ConfigureAwait(false))
                await PurgeRowsAsync(partition.Name, acceptedBefore, most, cancellationToken).ConfigureAwait(false);
        }

        await PurgeRowsAsync(Partitions.Rest, acceptedBefore, most, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>False when the partition is still needed.</returns>
    private async ValueTask<bool> TryDropAsync(Partition partition, CancellationToken cancellationToken)
    {
        try
        {
            return await database
                .TransactAsync(
                    async (connection, cancellation) =>
                    {
                        if (await database.Partitions.IsNeededAsync(connection, partition, cancellation).ConfigureAwait(false))
                            return false;
                        await database.Partitions.DropAsync(connection, partition, cancellation).ConfigureAwait(false);
                        return true;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (PostgresException exception) when (Partitions.GaveUp(exception))
        {
            return true;
        }
    }

    // Notifications in a partition with one that has not ended, and those in the default partition.
    private async ValueTask PurgeRowsAsync(
        string table,
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var sql = OldRows(
            $"{database.Schema}.\"{table}\"",
            $"""
            old.accepted_at < $1
                AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.id)
                AND NOT EXISTS (SELECT 1 FROM {database.Schema}.expansion e WHERE e.notification_id = old.id)
                AND NOT EXISTS (SELECT 1 FROM {database.Schema}.digest_event e WHERE e.notification_id = old.id)
            """
        );
        await PurgeStepwiseAsync(sql, parameters => parameters.With(acceptedBefore), most, cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask<long> PurgeStepwiseAsync(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        int most,
        CancellationToken cancellationToken
    )
    {
        var purged = 0L;
        int step;
        do
        {
            step = await database
                .TransactAsync(
                    (connection, cancellation) =>
                        connection.ExecuteAsync(
                            sql,
                            parameters =>
                            {
                                bind(parameters);
                                parameters.With(most);
                            },
                            cancellation
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
            purged += step;
        } while (step == most);
        return purged;
    }

    private static string NextNotification(string schema, string after) =>
        $"""
            SELECT d.notification_id, d.accepted_at FROM {schema}.delivery d
            WHERE d.notification_id > {after} AND d.notification_id < $2 ORDER BY d.notification_id LIMIT 1
            """;

    private static string OldRows(string table, string isOld) =>
        $"""
            DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                SELECT old.ctid FROM {table} old WHERE {isOld} LIMIT $2 FOR UPDATE SKIP LOCKED))
            """;
}
