using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Leases and closes due digests.</summary>
internal sealed class DigestStore(StoreDatabase database, NotificationWriter enqueue) : IDigestStore
{
    private readonly TurnLeases _turns = new(database, "digest");

    private readonly string _lease = $"""
        WITH taken AS MATERIALIZED (
            SELECT due.id, turn.number, due.due_at FROM unnest($1::text[]) WITH ORDINALITY AS turn(tenant, number)
            CROSS JOIN LATERAL (
                SELECT d.id, d.due_at FROM {database.Schema}.digest d
                WHERE d.tenant = turn.tenant AND d.due_at <= $2
                ORDER BY d.due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
        ), leased AS (
            UPDATE {database.Schema}.digest d SET due_at = $4, fence = d.fence + 1
            FROM taken WHERE d.id = taken.id
            RETURNING d.id, d.failures, d.fence, taken.number, taken.due_at
        )
        SELECT id, failures, fence FROM leased ORDER BY number, due_at
        """;

    private readonly string _waiting = $"""
        SELECT leased.number::integer, event.* FROM unnest($1::uuid[]) WITH ORDINALITY AS leased(id, number)
        CROSS JOIN LATERAL (
            SELECT e.id, e.notification_id, e.trigger, e.template_version, e.due_at FROM {database.Schema}.digest_event e
            WHERE e.digest_id = leased.id AND e.state = {(int)CollectedState.Waiting}
            ORDER BY e.id LIMIT {DigestLease.MaxEvents}) AS event
        ORDER BY leased.number, event.id
        """;

    private readonly string _giveBack =
        $"UPDATE {database.Schema}.digest SET due_at = $3, failures = $4, fence = fence + 1 WHERE id = $1 AND fence = $2";

    private readonly string _endEvents =
        $"UPDATE {database.Schema}.digest_event SET state = $2, summary_id = $3, reason = $4, trigger = NULL WHERE id = ANY($1)";

    private readonly string _removeEmpty = DigestEvents.RemoveEmpty(database.Schema);

    public async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        var tenants = await _turns.FindAsync(request, cancellationToken).ConfigureAwait(false);
        return tenants.Count == 0
            ? []
            : await database
                .TransactAsync<IReadOnlyList<DigestLease>>(
                    async (connection, cancellation) =>
                    {
                        var digests = await connection
                            .QueryAsync(
                                _lease,
                                parameters =>
                                    parameters
                                        .With(tenants.ToArray())
                                        .With(request.Now)
                                        .With(request.MaxPerTenant)
                                        .With(request.Until),
                                row => new LeasedDigest(row.GetGuid(0), row.GetInt32(1), row.GetInt64(2)),
                                cancellation
                            )
                            .ConfigureAwait(false);
                        return digests.Count == 0
                            ? []
                            : await WithEventsAsync(connection, digests, cancellation).ConfigureAwait(false);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    public ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async (connection, cancellation) =>
            {
                if (
                    !await GiveBackAsync(connection, closing.Lease, closing.NextDueAt, failures: 0, cancellation)
                        .ConfigureAwait(false)
                )
                    return false;

                Guid[] ended = [.. closing.Lease.Events.Select(collected => collected.Id)];
                await connection
                    .ExecuteAsync(
                        _endEvents,
                        parameters =>
                            parameters
                                .With(ended)
                                .With((short)closing.State)
                                .WithOrNull(NpgsqlDbType.Uuid, closing.Summary?.Notification.Id)
                                .WithOrNull(NpgsqlDbType.Text, closing.Reason.ToDatabase()),
                        cancellation
                    )
                    .ConfigureAwait(false);
                Guid[] digest = [closing.Lease.Key.ToId()];
                await connection
                    .ExecuteAsync(_removeEmpty, parameters => parameters.With(digest), cancellation)
                    .ConfigureAwait(false);
                if (closing.Summary is { } summary)
                    await enqueue.AddAsync(connection, [SerializedRequest.Create(summary)], cancellation).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    public ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        database.TransactAsync(
            (connection, cancellation) => GiveBackAsync(connection, lease, retryAt, lease.Failures + 1, cancellation),
            cancellationToken
        );

    public async ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                $"""
                SELECT id, notification_id, digest_id, user_id, state, summary_id, reason FROM {database.Schema}.digest_event
                WHERE {(ofSummary ? "summary_id" : "notification_id")} = $1 AND tenant = $2 ORDER BY id LIMIT $3
                """,
                parameters => parameters.With(notificationId).With(tenant).With(limit),
                row => new CollectedEvent
                {
                    Id = row.GetGuid(0),
                    NotificationId = row.GetGuid(1),
                    DigestId = row.GetGuid(2),
                    UserId = row.TextOrNull(3),
                    State = (CollectedState)row.GetInt16(4),
                    SummaryId = row.IsDBNull(5) ? null : row.GetGuid(5),
                    Reason = row.TextOrNull(6),
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    private async ValueTask<bool> GiveBackAsync(
        NpgsqlConnection connection,
        DigestLease lease,
        DateTimeOffset dueAt,
        int failures,
        CancellationToken cancellationToken
    ) =>
        await connection
            .ExecuteAsync(
                _giveBack,
                parameters => parameters.With(lease.Key.ToId()).With(lease.Fence).With(dueAt).With(failures),
                cancellationToken
            )
            .ConfigureAwait(false) == 1;

    private async ValueTask<IReadOnlyList<DigestLease>> WithEventsAsync(
        NpgsqlConnection connection,
        List<LeasedDigest> digests,
        CancellationToken cancellationToken
    )
    {
        Guid[] ids = [.. digests.Select(digest => digest.Id)];
        var events = await connection
            .QueryAsync(
                _waiting,
                parameters => parameters.With(ids),
                row => (Number: row.GetInt32(0), Event: ReadEvent(row)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. events
                .GroupBy(one => one.Number, one => one.Event)
                .Select(group => new DigestLease([.. group], digests[group.Key - 1].Failures, digests[group.Key - 1].Fence)),
        ];
    }

    private static DigestEvent ReadEvent(NpgsqlDataReader row)
    {
        var trigger = StoredForm.ReadTrigger(row.GetFieldValue<byte[]>(3));
        return new DigestEvent
        {
            Id = row.GetGuid(1),
            NotificationId = row.GetGuid(2),
            Recipient = trigger.To[0],
            Trigger = trigger,
            TemplateVersion = row.GetInt32(4),
            DueAt = row.Time(5),
        };
    }

    private sealed record LeasedDigest(Guid Id, int Failures, long Fence);
}
