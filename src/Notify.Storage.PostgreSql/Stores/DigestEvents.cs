using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Adds events to their digests and removes them, in the caller's transaction.</summary>
internal sealed class DigestEvents(StoreDatabase database)
{
    // Updating an existing digest locks it. A worker that closes it at the same time either sees the new event or has closed the
    // digest already, and then the event begins a new one.
    private readonly string _open = $"""
        INSERT INTO {database.Schema}.digest AS d (id, tenant, user_id, due_at, fence)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
        ON CONFLICT (id) DO UPDATE SET due_at = d.due_at
        """;

    private readonly string _add = $"""
        INSERT INTO {database.Schema}.digest_event
            (digest_id, tenant, user_id, due_at, id, notification_id, template_version, trigger)
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::uuid[], $6::uuid[], $7::integer[], $8::bytea[])
        """;

    // A current lease of the digest becomes invalid, because its worker has read an event that must not be summarized any more.
    // Rows are locked in the order in which they are added, so that transactions do not deadlock.
    private readonly string _loseLeases = $"""
        WITH locked AS MATERIALIZED (
            SELECT d.id FROM {database.Schema}.digest d
            WHERE d.id IN (
                SELECT e.digest_id FROM {database.Schema}.digest_event e
                WHERE e.notification_id = $1 AND e.state = {(int)CollectedState.Waiting})
            ORDER BY d.id FOR UPDATE
        )
        UPDATE {database.Schema}.digest d SET fence = d.fence + 1 FROM locked WHERE d.id = locked.id
        """;

    private readonly string _remove = $"""
        UPDATE {database.Schema}.digest_event
        SET state = {(int)CollectedState.Cancelled}, reason = '{NotificationProgress.CancelReason}', trigger = NULL
        WHERE notification_id = $1 AND state = {(int)CollectedState.Waiting}
        RETURNING digest_id
        """;

    private readonly string _countEnded = $"""
        SELECT count(*) FROM {database.Schema}.digest_event
        WHERE notification_id = $1 AND state <> {(int)CollectedState.Waiting}
        """;

    private readonly string _removeEmpty = RemoveEmpty(database.Schema);

    /// <summary>The SQL that deletes the digests among $1 that have no waiting event.</summary>
    public static string RemoveEmpty(string schema) =>
        $"""
            DELETE FROM {schema}.digest d WHERE d.id = ANY($1)
                AND NOT EXISTS (
                    SELECT 1 FROM {schema}.digest_event e
                    WHERE e.digest_id = d.id AND e.state = {(int)CollectedState.Waiting})
            """;

    public async ValueTask AddAsync(
        NpgsqlConnection connection,
        IReadOnlyList<DigestEvent> events,
        CancellationToken cancellationToken
    )
    {
        if (events.Count == 0)
            return;

        (Guid Digest, DigestEvent Event)[] rows = [.. events.Select(collected => (collected.Key.ToId(), collected))];

        // In the same order in every process, so that transactions do not deadlock.
        (Guid Digest, DigestEvent Event)[] firsts = [.. rows.DistinctBy(row => row.Digest).OrderBy(row => row.Digest)];
        await connection
            .InsertAsync(
                _open,
                parameters => Digests(parameters, firsts).Column(NpgsqlDbType.Bigint, firsts, first => first.Event.FirstFence),
                cancellationToken
            )
            .ConfigureAwait(false);
        await connection
            .InsertAsync(
                _add,
                parameters =>
                    Digests(parameters, rows)
                        .Column(NpgsqlDbType.Uuid, rows, row => row.Event.Id)
                        .Column(NpgsqlDbType.Uuid, rows, row => row.Event.NotificationId)
                        .Column(NpgsqlDbType.Integer, rows, row => row.Event.TemplateVersion)
                        .Column(NpgsqlDbType.Bytea, rows, row => StoredForm.WriteTrigger(row.Event.Trigger)),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Removes the events of a notification from their digests. Returns how many were removed, and how many had ended before.
    /// </summary>
    public async ValueTask<(int Removed, long Ended)> RemoveAsync(
        NpgsqlConnection connection,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        await connection
            .ExecuteAsync(_loseLeases, parameters => parameters.With(notificationId), cancellationToken)
            .ConfigureAwait(false);
        var ended = await connection
            .QueryAsync(_countEnded, parameters => parameters.With(notificationId), row => row.GetInt64(0), cancellationToken)
            .ConfigureAwait(false);
        var digests = await connection
            .QueryAsync(_remove, parameters => parameters.With(notificationId), row => row.GetGuid(0), cancellationToken)
            .ConfigureAwait(false);
        if (digests.Count > 0)
        {
            Guid[] left = [.. digests.Distinct()];
            await connection
                .ExecuteAsync(_removeEmpty, parameters => parameters.With(left), cancellationToken)
                .ConfigureAwait(false);
        }

        return (digests.Count, ended[0]);
    }

    private static NpgsqlParameterCollection Digests(
        NpgsqlParameterCollection parameters,
        (Guid Digest, DigestEvent Event)[] rows
    ) =>
        parameters
            .Column(NpgsqlDbType.Uuid, rows, row => row.Digest)
            .Column(NpgsqlDbType.Text, rows, row => row.Event.Trigger.Tenant)
            .Column(NpgsqlDbType.Text, rows, row => row.Event.UserId)
            .Column(NpgsqlDbType.TimestampTz, rows, row => row.Event.DueAt.ToDatabase());
}
