using Notify.Planning;

namespace Notify.Storage.PostgreSql;

/// <summary>Keeps how far topics have been turned into deliveries.</summary>
internal sealed class PostgreSqlExpansionStore(
    PostgreSqlDatabase database,
    PostgreSqlDeliveries deliveries,
    PostgreSqlDigests digests
) : IExpansionStore
{
    private readonly string _lease = $"""
        WITH taken AS MATERIALIZED (
            SELECT notification_id, topic FROM {database.Schema}.expansion
            WHERE due_at <= $1 ORDER BY due_at, notification_id, position LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE {database.Schema}.expansion e SET owner = $3, due_at = $4, fence = e.fence + 1
        FROM taken JOIN {database.Schema}.notification n ON n.id = taken.notification_id
        WHERE e.notification_id = taken.notification_id AND e.topic = taken.topic
        RETURNING e.topic, e.cursor, e.done, e.fence, n.id, n.accepted_at, n.expires_at, n.trigger, n.contents
        """;

    private readonly string _advance = $"""
        UPDATE {database.Schema}.expansion SET cursor = $4, done = $5, updated_at = $6, due_at = $7
        WHERE notification_id = $1 AND topic = $2 AND fence = $3 AND due_at IS NOT NULL
        """;

    private readonly string _progress = $"""
        SELECT e.topic, e.done, e.total, e.due_at IS NULL, n.accepted_at, e.updated_at
        FROM {database.Schema}.expansion e JOIN {database.Schema}.notification n ON n.id = e.notification_id
        WHERE e.notification_id = $1 AND n.tenant = $2 ORDER BY e.position
        """;

    public async ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(
        string owner,
        DateTimeOffset now,
        DateTimeOffset until,
        int max,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _lease,
                parameters => parameters.With(now).With(max).With(owner).With(until),
                row => new ExpansionLease(
                    PostgreSqlRow.ReadNotification(row, 4),
                    row.GetString(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3)
                ),
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async (connection, cancellation) =>
            {
                var advanced = await connection
                    .ExecuteAsync(
                        _advance,
                        parameters =>
                            parameters
                                .With(step.Lease.Notification.Id)
                                .With(step.Lease.Topic)
                                .With(step.Lease.Fence)
                                .With(step.Cursor)
                                .With(step.Done)
                                .With(step.At)
                                .WithOrNull(step.IsComplete ? null : step.Until),
                        cancellation
                    )
                    .ConfigureAwait(false);
                if (advanced == 0)
                    return false;

                await deliveries
                    .AddAsync(connection, [.. step.Deliveries.Select(queued => (queued, step.At))], cancellation)
                    .ConfigureAwait(false);
                await digests.AddAsync(connection, step.Digests, cancellation).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    public async ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _progress,
                parameters => parameters.With(notificationId).With(tenant),
                row => new ExpansionProgress(
                    row.GetString(0),
                    row.GetInt64(1),
                    row.GetInt64(2),
                    row.GetBoolean(3),
                    row.Time(4),
                    row.Time(5)
                ),
                cancellationToken
            )
            .ConfigureAwait(false);
}
