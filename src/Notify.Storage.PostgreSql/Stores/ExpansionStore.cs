using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores the progress of expansions.</summary>
internal sealed class ExpansionStore(StoreDatabase database, DeliveryWriter deliveries, DigestEvents digests) : IExpansionStore
{
    private readonly TurnLeases _turns = new(database, "expansion");

    private readonly string _lease = $"""
        WITH taken AS MATERIALIZED (
            SELECT due.notification_id, due.topic, turn.number, due.due_at, due.position
            FROM unnest($1::text[]) WITH ORDINALITY AS turn(tenant, number)
            CROSS JOIN LATERAL (
                SELECT e.notification_id, e.topic, e.due_at, e.position FROM {database.Schema}.expansion e
                WHERE e.tenant = turn.tenant AND e.due_at <= $2
                ORDER BY e.due_at, e.notification_id, e.position LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
        ), leased AS (
            UPDATE {database.Schema}.expansion e SET owner = $4, due_at = $5, fence = e.fence + 1
            FROM taken JOIN {database.Schema}.notification n ON n.id = taken.notification_id
            WHERE e.notification_id = taken.notification_id AND e.topic = taken.topic
            RETURNING e.topic, e.cursor, e.done, e.failures, e.fence, n.id, n.accepted_at, n.expires_at, n.trigger, n.contents,
                taken.number, taken.due_at, taken.position
        )
        SELECT topic, cursor, done, failures, fence, id, accepted_at, expires_at, trigger, contents FROM leased
        ORDER BY number, due_at, id, position
        """;

    private readonly string _advance = $"""
        UPDATE {database.Schema}.expansion
        SET cursor = $4, done = $5, updated_at = $6, due_at = $7, failures = 0, reason = NULL
        WHERE notification_id = $1 AND topic = $2 AND fence = $3 AND due_at IS NOT NULL
        """;

    private readonly string _fail = $"""
        UPDATE {database.Schema}.expansion
        SET due_at = $4, updated_at = $5, reason = $6, failures = failures + 1, fence = fence + 1
        WHERE notification_id = $1 AND topic = $2 AND fence = $3 AND due_at IS NOT NULL
        """;

    private readonly string _findReached =
        $"SELECT address_key FROM {database.Schema}.delivery WHERE notification_id = $1 AND address_key = ANY($2)";

    private readonly string _progress = $"""
        SELECT e.topic, e.done, e.total, e.due_at IS NULL, n.accepted_at, e.updated_at, e.failures, e.reason
        FROM {database.Schema}.expansion e JOIN {database.Schema}.notification n ON n.id = e.notification_id
        WHERE e.notification_id = $1 AND n.tenant = $2 ORDER BY e.position
        """;

    public async ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        var tenants = await _turns.FindAsync(request, cancellationToken).ConfigureAwait(false);
        return tenants.Count == 0
            ? []
            : await database
                .QueryAsync(
                    _lease,
                    parameters =>
                        parameters
                            .With(tenants.ToArray())
                            .With(request.Now)
                            .With(request.MaxPerTenant)
                            .With(request.Owner)
                            .With(request.Until),
                    row => new ExpansionLease
                    {
                        Notification = DeliveryRow.ReadNotification(row, 5),
                        Topic = row.GetString(0),
                        Cursor = row.GetString(1),
                        Done = row.GetInt64(2),
                        Failures = row.GetInt32(3),
                        Fence = row.GetInt64(4),
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

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

    public ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async (connection, cancellation) =>
                await connection
                    .ExecuteAsync(
                        _fail,
                        parameters =>
                            parameters
                                .With(failure.Lease.Notification.Id)
                                .With(failure.Lease.Topic)
                                .With(failure.Lease.Fence)
                                .WithOrNull(failure.RetryAt)
                                .With(failure.At)
                                .With(failure.Reason.ToDatabase()!),
                        cancellation
                    )
                    .ConfigureAwait(false) == 1,
            cancellationToken
        );

    public async ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .QueryAsync(
                _findReached,
                parameters => parameters.With(notificationId).With(addressKeys.ToArray()),
                row => row.GetGuid(0),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.ToHashSet();
    }

    public async ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _progress,
                parameters => parameters.With(notificationId).With(tenant),
                row => new ExpansionProgress
                {
                    Topic = row.GetString(0),
                    Done = row.GetInt64(1),
                    Total = row.GetInt64(2),
                    IsComplete = row.GetBoolean(3),
                    StartedAt = row.Time(4),
                    UpdatedAt = row.Time(5),
                    Failures = row.GetInt32(6),
                    Reason = row.TextOrNull(7),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
