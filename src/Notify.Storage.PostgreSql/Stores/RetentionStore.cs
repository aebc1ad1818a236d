using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Schema;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// Purges deliveries in small transactions that skip locked rows, with rests in between, and notifications by dropping their
/// partitions. A purged notification is hidden until its partition is dropped.
/// </summary>
internal sealed class RetentionStore(StoreDatabase database) : IRetentionStore
{
    private readonly string _hide = $"UPDATE {database.Schema}.retention SET purged_before = $1 WHERE purged_before < $1";

    private readonly PurgeSteps _steps = new(database, TimeProvider.System);
    private readonly DeliveryPurge _deliveries = new(database, new PurgeSteps(database, TimeProvider.System));

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
        var purged = await _deliveries.RunAsync(acceptedBefore, most, cancellationToken).ConfigureAwait(false);
        var oldId = IdRange.GetLowestId(acceptedBefore);
        await _steps
            .DeleteAllAsync(_purgeExpansions, parameters => parameters.With(oldId), most, cancellationToken)
            .ConfigureAwait(false);
        await _steps
            .DeleteAllAsync(_purgeEvents, parameters => parameters.With(oldId), most, cancellationToken)
            .ConfigureAwait(false);
        await _steps
            .DeleteAllAsync(_purgeLabels, parameters => parameters.With(oldId), most, cancellationToken)
            .ConfigureAwait(false);
        await PurgePartitionsAsync(acceptedBefore, most, cancellationToken).ConfigureAwait(false);
        return purged;
    }

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        _steps.DeleteAllAsync(_purgeKeys, parameters => parameters.With(now), most, cancellationToken);

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        _steps.DeleteAllAsync(_purgePermits, parameters => parameters.With(takenBefore), most, cancellationToken);

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        _steps.DeleteAllAsync(_purgeCounts, parameters => parameters.With(before), most, cancellationToken);

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

    // Notifications in a partition with one that has not ended, and those in the default partition. Each step continues where
    // the last one ended, because going past millions of deleted rows takes longer than deleting them.
    private async ValueTask PurgeRowsAsync(
        string table,
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var sql = $"""
            DELETE FROM {database.Schema}."{table}" WHERE ctid = ANY(ARRAY(
                SELECT old.ctid FROM {database.Schema}."{table}" old
                WHERE old.id > $1 AND old.accepted_at < $2
                    AND NOT EXISTS (SELECT 1 FROM {database.Schema}.delivery d WHERE d.notification_id = old.id)
                    AND NOT EXISTS (SELECT 1 FROM {database.Schema}.expansion e WHERE e.notification_id = old.id)
                    AND NOT EXISTS (SELECT 1 FROM {database.Schema}.digest_event e WHERE e.notification_id = old.id)
                ORDER BY old.id LIMIT $3 FOR UPDATE SKIP LOCKED))
            RETURNING id
            """;
        var pace = _steps.CreatePace();
        for (var after = Guid.Empty; ; )
        {
            pace.Begin();
            var step = await _steps
                .DeleteAsync(
                    sql,
                    parameters => parameters.With(after).With(acceptedBefore).With(most),
                    row => row.GetGuid(0),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (step.Count < most)
                return;

            after = step.Max();
            await pace.RestAsync(IdRange.GetTime(after), cancellationToken).ConfigureAwait(false);
        }
    }

    private static string OldRows(string table, string isOld) =>
        $"""
            DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                SELECT old.ctid FROM {table} old WHERE {isOld} LIMIT $2 FOR UPDATE SKIP LOCKED))
            RETURNING 1
            """;
}
