using Notify.Planning;
using Notify.Queueing;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql;

/// <summary>Leases digests that are due, and closes them.</summary>
internal sealed class PostgreSqlDigestStore(PostgreSqlDatabase database, PostgreSqlEnqueue enqueue) : IDigestStore
{
    private const int MostEvents = 1_000;

    private readonly string _lease = $"""
        WITH taken AS MATERIALIZED (
            SELECT tenant, recipient, template FROM {database.Schema}.digest
            WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE {database.Schema}.digest d SET due_at = $3, fence = d.fence + 1
        FROM taken WHERE d.tenant = taken.tenant AND d.recipient = taken.recipient AND d.template = taken.template
        RETURNING d.tenant, d.recipient, d.template, d.fence
        """;

    private readonly string _events = $"""
        SELECT leased.number::integer, event.* FROM unnest($1::text[], $2::bytea[], $3::text[])
            WITH ORDINALITY AS leased(tenant, recipient, template, number)
        CROSS JOIN LATERAL (
            SELECT e.id, e.due_at, e.trigger FROM {database.Schema}.digest_event e
            WHERE e.tenant = leased.tenant AND e.recipient = leased.recipient AND e.template = leased.template
            ORDER BY e.id LIMIT {MostEvents}) AS event
        ORDER BY leased.number, event.id
        """;

    private readonly string _move =
        $"UPDATE {database.Schema}.digest SET due_at = $5 WHERE tenant = $1 AND recipient = $2 AND template = $3 AND fence = $4";

    private readonly string _forget =
        $"DELETE FROM {database.Schema}.digest_event WHERE tenant = $1 AND recipient = $2 AND template = $3 AND id = ANY($4)";

    private readonly string _end = $"""
        DELETE FROM {database.Schema}.digest WHERE tenant = $1 AND recipient = $2 AND template = $3
            AND NOT EXISTS (SELECT 1 FROM {database.Schema}.digest_event WHERE tenant = $1 AND recipient = $2 AND template = $3)
        """;

    public async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(
        string owner,
        DateTimeOffset now,
        DateTimeOffset until,
        int max,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync<IReadOnlyList<DigestLease>>(
                async (connection, cancellation) =>
                {
                    var digests = await connection
                        .QueryAsync(
                            _lease,
                            parameters => parameters.With(now).With(max).With(until),
                            row => new LeasedDigest(
                                row.GetString(0),
                                row.GetFieldValue<byte[]>(1),
                                row.GetString(2),
                                row.GetInt64(3)
                            ),
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

    public ValueTask<bool> CloseAsync(
        DigestLease lease,
        EnqueueRequest? request,
        DateTimeOffset nextDueAt,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync(
            async (connection, cancellation) =>
            {
                var held = await connection
                    .ExecuteAsync(_move, parameters => Of(parameters, lease).With(lease.Fence).With(nextDueAt), cancellation)
                    .ConfigureAwait(false);
                if (held == 0)
                    return false;

                Guid[] ids = [.. lease.Events.Select(collected => collected.Id)];
                await connection
                    .ExecuteAsync(_forget, parameters => Of(parameters, lease).With(ids), cancellation)
                    .ConfigureAwait(false);
                await connection.ExecuteAsync(_end, parameters => Of(parameters, lease), cancellation).ConfigureAwait(false);
                if (request is not null)
                    await enqueue.AddAsync(connection, [SerializedRequest.Of(request)], cancellation).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    private async ValueTask<IReadOnlyList<DigestLease>> WithEventsAsync(
        NpgsqlConnection connection,
        List<LeasedDigest> digests,
        CancellationToken cancellationToken
    )
    {
        var events = await connection
            .QueryAsync(
                _events,
                parameters =>
                    parameters
                        .Column(NpgsqlDbType.Text, digests, digest => digest.Tenant)
                        .Column(NpgsqlDbType.Bytea, digests, digest => digest.Recipient)
                        .Column(NpgsqlDbType.Text, digests, digest => digest.Template),
                row => (Number: row.GetInt32(0), Event: ReadEvent(row)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. events.GroupBy(one => one.Number, one => one.Event).Select(group => digests[group.Key - 1].With([.. group]))];
    }

    private static DigestEvent ReadEvent(NpgsqlDataReader row)
    {
        var trigger = StoredForm.ReadTrigger(row.GetFieldValue<byte[]>(3));
        return new DigestEvent(row.GetGuid(1), trigger.To[0], trigger, row.Time(2));
    }

    private static NpgsqlParameterCollection Of(NpgsqlParameterCollection parameters, DigestLease lease) =>
        parameters.With(lease.Tenant).With(RecipientHash.Of(lease.Recipient.Key)).With(lease.Template);

    private sealed record LeasedDigest(string Tenant, byte[] Recipient, string Template, long Fence)
    {
        public DigestLease With(DigestEvent[] events) => new(Tenant, events[0].Recipient, Template, events, Fence);
    }
}
