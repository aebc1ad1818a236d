using Notify.Planning;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql;

/// <summary>Adds what is collected to its digests, within the transaction of the notification it comes from.</summary>
internal sealed class PostgreSqlDigests(PostgreSqlDatabase database)
{
    // Touching a digest that is there locks it: whoever closes it meanwhile either sees the new event or leaves it a new digest.
    private readonly string _open = $"""
        INSERT INTO {database.Schema}.digest AS d (tenant, recipient, template, due_at, fence)
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::timestamptz[], $5::bigint[])
        ON CONFLICT (tenant, recipient, template) DO UPDATE SET due_at = d.due_at
        """;

    private readonly string _add = $"""
        INSERT INTO {database.Schema}.digest_event (tenant, recipient, template, id, due_at, trigger)
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::uuid[], $5::timestamptz[], $6::bytea[])
        """;

    public async ValueTask AddAsync(
        NpgsqlConnection connection,
        IReadOnlyList<DigestEvent> events,
        CancellationToken cancellationToken
    )
    {
        if (events.Count == 0)
            return;

        // In one order, the same for everybody, so that nobody waits in a circle.
        DigestEvent[] firsts =
        [
            .. events
                .GroupBy(collected => (collected.Trigger.Tenant, collected.Recipient.Key, collected.Trigger.Template))
                .OrderBy(group => group.Key.Tenant, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Key, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Template, StringComparer.Ordinal)
                .Select(group => group.First()),
        ];
        await connection
            .InsertAsync(
                _open,
                parameters =>
                    Digests(parameters, firsts)
                        .Column(NpgsqlDbType.TimestampTz, firsts, first => first.DueAt.ToDatabase())
                        .Column(NpgsqlDbType.Bigint, firsts, first => first.FirstFence),
                cancellationToken
            )
            .ConfigureAwait(false);
        await connection
            .InsertAsync(
                _add,
                parameters =>
                    Digests(parameters, events)
                        .Column(NpgsqlDbType.Uuid, events, collected => collected.Id)
                        .Column(NpgsqlDbType.TimestampTz, events, collected => collected.DueAt.ToDatabase())
                        .Column(NpgsqlDbType.Bytea, events, collected => StoredForm.WriteTrigger(collected.Trigger)),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static NpgsqlParameterCollection Digests(NpgsqlParameterCollection parameters, IReadOnlyList<DigestEvent> events) =>
        parameters
            .Column(NpgsqlDbType.Text, events, collected => collected.Trigger.Tenant)
            .Column(NpgsqlDbType.Bytea, events, collected => RecipientHash.Of(collected.Recipient.Key))
            .Column(NpgsqlDbType.Text, events, collected => collected.Trigger.Template);
}
