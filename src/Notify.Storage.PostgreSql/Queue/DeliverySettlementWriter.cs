using Notify.Providers;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>Settles a batch of leases in one statement, and starts the next step of a fallback chain where one failed.</summary>
internal sealed class DeliverySettlementWriter(StoreDatabase database)
{
    private readonly BatchStatement<(Settlement Settlement, int Number)> _settle = CreateSettle(database.Schema);

    private readonly string _lockNotifications =
        $"SELECT id FROM {database.Schema}.notification WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    private readonly string _fallBack = $"""
        UPDATE {database.Schema}.delivery next SET due_at = failed.now
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[]) AS failed(notification_id, chain, step, now)
        WHERE next.fallback_chain = failed.chain AND next.notification_id = failed.notification_id
            AND next.fallback_step = failed.step + 1
            AND next.owner IS NULL AND next.due_at > failed.now
            AND NOT EXISTS (
                SELECT 1 FROM {database.Schema}.delivery before
                WHERE before.fallback_chain = failed.chain AND before.notification_id = failed.notification_id
                    AND before.fallback_step <= failed.step
                    AND before.state IN ({(int)DeliveryState.Pending}, {(int)DeliveryState.Sent}))
        """;

    public ValueTask<bool[]> CommitAsync(IReadOnlyList<Settlement> batch) =>
        database.TransactAsync(
            (connection, cancellationToken) => EndAsync(connection, batch, cancellationToken),
            CancellationToken.None
        );

    /// <summary>
    /// Creates the statement that settles a batch. It returns a row for each lease that was still held: its place in the batch,
    /// and the delivery's notification and place in a fallback chain.
    /// </summary>
    public NpgsqlBatchCommand CreateStatement(IReadOnlyList<Settlement> batch)
    {
        // A lease is settled once. Rows are ordered by id, so that processes that settle the same deliveries do not deadlock.
        (Settlement Settlement, int Number)[] rows =
        [
            .. batch
                .Select((settlement, i) => (Settlement: settlement, Number: i))
                .DistinctBy(row => (row.Settlement.DeliveryId, row.Settlement.Fence))
                .OrderBy(row => row.Settlement.DeliveryId),
        ];
        return _settle.Create(rows);
    }

    private static BatchStatement<(Settlement Settlement, int Number)> CreateSettle(string schema)
    {
        var settle = new BatchStatement<(Settlement Settlement, int Number)>(rows =>
            $"""
                UPDATE {schema}.delivery d
                SET state = settled.state, due_at = settled.due_at, provider = settled.provider,
                    attempts_spent = settled.attempts_spent, retry_delay_ticks = settled.retry_delay_ticks,
                    reason = settled.reason, history = d.history || settled.attempt,
                    ended_at = CASE WHEN settled.state <> {(int)DeliveryState.Pending} THEN settled.settled_at END,
                    owner = NULL, fence = d.fence + 1
                FROM ({rows}) AS settled
                WHERE d.id = settled.id AND d.fence = settled.fence AND d.owner IS NOT NULL
                RETURNING settled.number, d.notification_id, d.fallback_chain, d.fallback_step
                """
        );
        return settle
            .Column("id", NpgsqlDbType.Uuid, row => row.Settlement.DeliveryId)
            .Column("fence", NpgsqlDbType.Bigint, row => row.Settlement.Fence)
            .Column("state", NpgsqlDbType.Smallint, row => (short)row.Settlement.State)
            .Optional("due_at", NpgsqlDbType.TimestampTz, row => row.Settlement.DueAt?.ToDatabase())
            .Column("provider", NpgsqlDbType.Text, row => row.Settlement.Provider)
            .Optional("attempts_spent", NpgsqlDbType.Integer, row => row.Settlement.AttemptsSpent)
            .Optional("retry_delay_ticks", NpgsqlDbType.Bigint, row => row.Settlement.RetryDelay.Ticks)
            .Optional("reason", NpgsqlDbType.Text, row => row.Settlement.Reason.ToDatabase())
            .Column("attempt", NpgsqlDbType.Text, row =>
                row.Settlement.Attempt is { } attempt ? StoredForm.WriteAttempt(attempt) : ""
            )
            .Column("settled_at", NpgsqlDbType.TimestampTz, row => row.Settlement.SettledAt.ToDatabase())
            .Column("number", NpgsqlDbType.Integer, row => row.Number);
    }

    private async ValueTask<bool[]> EndAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Settlement> batch,
        CancellationToken cancellationToken
    )
    {
        var applied = new bool[batch.Count];
        var failed = await SettleAsync(connection, batch, applied, cancellationToken).ConfigureAwait(false);
        if (failed.Count > 0)
            await FallBackAsync(connection, failed, cancellationToken).ConfigureAwait(false);
        return applied;
    }

    /// <returns>The dead letters that are steps of a fallback chain.</returns>
    private async ValueTask<List<FailedLink>> SettleAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Settlement> batch,
        bool[] applied,
        CancellationToken cancellationToken
    )
    {
        var settled = await connection
            .QueryByIdAsync(
                CreateStatement(batch),
                row =>
                    (
                        Index: row.GetInt32(0),
                        NotificationId: row.GetGuid(1),
                        Place: row.IsDBNull(2) ? null : new FallbackPlace(row.GetGuid(2), row.GetInt32(3))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);

        foreach (var one in settled)
            applied[one.Index] = true;
        return
        [
            .. settled
                .Where(one => one.Place is not null && batch[one.Index].State == DeliveryState.DeadLetter)
                .Select(one => new FailedLink(one.NotificationId, one.Place!, batch[one.Index].SettledAt)),
        ];
    }

    // If deliveries of one chain fail at the same time in several processes, the lock lets the last one see the other failures.
    private async ValueTask FallBackAsync(
        NpgsqlConnection connection,
        List<FailedLink> failed,
        CancellationToken cancellationToken
    )
    {
        await connection
            .ExecuteAsync(
                _lockNotifications,
                parameters => parameters.With(failed.Select(link => link.NotificationId).Distinct().ToArray()),
                cancellationToken
            )
            .ConfigureAwait(false);
        await connection
            .ExecuteAsync(
                _fallBack,
                parameters =>
                    parameters
                        .Column(NpgsqlDbType.Uuid, failed, link => link.NotificationId)
                        .Column(NpgsqlDbType.Uuid, failed, link => link.Place.Chain)
                        .Column(NpgsqlDbType.Integer, failed, link => link.Place.Step)
                        .Column(NpgsqlDbType.TimestampTz, failed, link => link.At.ToDatabase()),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private sealed record FailedLink(Guid NotificationId, FallbackPlace Place, DateTimeOffset At);
}
