using Notify.Providers;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>Writes new deliveries in the caller's transaction.</summary>
internal sealed class DeliveryWriter(StoreDatabase database)
{
    private readonly BatchStatement<(QueuedDelivery Queued, DateTimeOffset Now)> _insert = CreateInsert(database.Schema);

    private readonly string _supersede = $"""
        UPDATE {database.Schema}.delivery d
        SET state = {(int)
            DeliveryState.Cancelled}, due_at = NULL, owner = NULL, fence = d.fence + 1,
            reason = 'superseded', ended_at = newest.now
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
            AS newest(id, tenant, collapse_key, channel, address, platform, app, now)
        WHERE d.tenant = newest.tenant AND d.collapse_key = newest.collapse_key AND d.due_at IS NOT NULL
            AND d.channel = newest.channel AND d.collapse_address = newest.address
            AND d.platform IS NOT DISTINCT FROM newest.platform AND d.app IS NOT DISTINCT FROM newest.app
            AND d.id <> newest.id AND (d.owner IS NULL OR d.due_at <= newest.now)
        """;

    /// <summary>
    /// Writes deliveries, each with the time from which it replaces older ones with its collapse key. The inserts in
    /// <paramref name="before"/> run first, in the same round trip.
    /// </summary>
    public async ValueTask AddAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(QueuedDelivery Queued, DateTimeOffset Now)> added,
        CancellationToken cancellationToken,
        params IEnumerable<NpgsqlBatchCommand> before
    )
    {
        // Only the last delivery of a batch with a collapse key replaces others, and these include earlier ones of the same
        // batch.
        (Delivery Delivery, DateTimeOffset Now)[] newest =
        [
            .. added
                .Where(one => one.Queued.Delivery.CollapseKey is not null && one.Queued.CancelledBecause is null)
                .GroupBy(one => (one.Queued.Delivery.Tenant, one.Queued.Delivery.CollapseKey, one.Queued.Delivery.To.Normalize()))
                .Select(group => (group.Last().Queued.Delivery, group.Last().Now)),
        ];
        if (newest.Length > 0)
        {
            var locks = newest.Select(one => AdvisoryLock.Create(one.Delivery.Tenant, one.Delivery.CollapseKey!));
            await AdvisoryLock.TakeAsync(connection, locks, cancellationToken).ConfigureAwait(false);
        }

        await connection
            .InsertAsync(added.Count > 0 ? before.Append(CreateInsert(added)) : before, cancellationToken)
            .ConfigureAwait(false);
        if (newest.Length > 0)
            await SupersedeAsync(connection, newest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates the statement that inserts deliveries, and replaces none.</summary>
    public NpgsqlBatchCommand CreateInsert(IReadOnlyList<(QueuedDelivery Queued, DateTimeOffset Now)> rows) =>
        _insert.Create(rows);

    private static BatchStatement<(QueuedDelivery Queued, DateTimeOffset Now)> CreateInsert(string schema)
    {
        var insert = new BatchStatement<(QueuedDelivery Queued, DateTimeOffset Now)>(rows =>
            $"""
                INSERT INTO {schema}.delivery (id, notification_id, tenant, priority, channel, address, platform, app, provider,
                    content_index, user_id, collapse_key, fallback_chain, fallback_step, accepted_at, not_before, expires_at,
                    due_at, owner, fence, attempts_spent, retry_delay_ticks, state, reason, ended_at, topic, device_id,
                    address_key, content, collapse_address)
                {rows}
                """
        );
        return insert
            .Column("id", NpgsqlDbType.Uuid, row => row.Queued.Delivery.Id)
            .Column("notification_id", NpgsqlDbType.Uuid, row => row.Queued.Delivery.NotificationId)
            .Column("tenant", NpgsqlDbType.Text, row => row.Queued.Delivery.Tenant)
            .Column("priority", NpgsqlDbType.Smallint, row => (short)row.Queued.Delivery.Priority)
            .Column("channel", NpgsqlDbType.Text, row => row.Queued.Delivery.To.Channel.Name)
            .Column("address", NpgsqlDbType.Text, row => row.Queued.Delivery.To.Value)
            .Optional("platform", NpgsqlDbType.Text, row => row.Queued.Delivery.To.Platform?.Name)
            .Optional("app", NpgsqlDbType.Text, row => row.Queued.Delivery.To.App)
            .Column("provider", NpgsqlDbType.Text, row => row.Queued.Delivery.Provider)
            .Optional("content_index", NpgsqlDbType.Integer, row => row.Queued.Delivery.ContentIndex)
            .Optional("user_id", NpgsqlDbType.Text, row => row.Queued.Delivery.UserId)
            .Optional("collapse_key", NpgsqlDbType.Text, row => row.Queued.Delivery.CollapseKey)
            .Optional("fallback_chain", NpgsqlDbType.Uuid, row => row.Queued.Delivery.Fallback?.Chain)
            .Optional("fallback_step", NpgsqlDbType.Integer, row => row.Queued.Delivery.Fallback?.Step)
            .Column("accepted_at", NpgsqlDbType.TimestampTz, row => row.Queued.Delivery.AcceptedAt.ToDatabase())
            .Column("not_before", NpgsqlDbType.TimestampTz, row => row.Queued.Delivery.DueAt.ToDatabase())
            .Column("expires_at", NpgsqlDbType.TimestampTz, row => row.Queued.Delivery.ExpiresAt.ToDatabase())
            .Column("due_at", NpgsqlDbType.TimestampTz, row =>
                row.Queued.CancelledBecause is null ? row.Queued.DueAt.ToDatabase() : (DateTime?)null
            )
            .Optional("owner", NpgsqlDbType.Text, row => row.Queued.Owner)
            .Optional("fence", NpgsqlDbType.Bigint, row => row.Queued.Lease?.Fence ?? 0)
            .Optional("attempts_spent", NpgsqlDbType.Integer, row => row.Queued.Delivery.AttemptsSpent)
            .Optional("retry_delay_ticks", NpgsqlDbType.Bigint, row => row.Queued.Delivery.RetryDelay.Ticks)
            .Optional("state", NpgsqlDbType.Smallint, row =>
                (short)(row.Queued.CancelledBecause is null ? DeliveryState.Pending : DeliveryState.Cancelled)
            )
            .Optional("reason", NpgsqlDbType.Text, row => row.Queued.CancelledBecause)
            .Optional("ended_at", NpgsqlDbType.TimestampTz, row =>
                row.Queued.CancelledBecause is null ? (DateTime?)null : row.Now.ToDatabase()
            )
            .Optional("topic", NpgsqlDbType.Text, row => row.Queued.Delivery.Topic)
            .Optional("device_id", NpgsqlDbType.Text, row => row.Queued.Delivery.DeviceId)
            .Optional("address_key", NpgsqlDbType.Uuid, row => row.Queued.AddressKey)
            .Optional("content", NpgsqlDbType.Bytea, row => StoredForm.WriteOwnContent(row.Queued.Delivery))
            .Optional("collapse_address", NpgsqlDbType.Text, row => GetCollapseAddress(row.Queued.Delivery));
    }

    private static string? GetCollapseAddress(Delivery delivery) =>
        delivery.CollapseKey is null ? null : delivery.To.Normalize().Value;

    private async ValueTask SupersedeAsync(
        NpgsqlConnection connection,
        (Delivery Delivery, DateTimeOffset Now)[] newest,
        CancellationToken cancellationToken
    )
    {
        await connection
            .ExecuteAsync(
                _supersede,
                parameters =>
                    parameters
                        .Column(NpgsqlDbType.Uuid, newest, row => row.Delivery.Id)
                        .Column(NpgsqlDbType.Text, newest, row => row.Delivery.Tenant)
                        .Column(NpgsqlDbType.Text, newest, row => row.Delivery.CollapseKey)
                        .Column(NpgsqlDbType.Text, newest, row => row.Delivery.To.Channel.Name)
                        .Column(NpgsqlDbType.Text, newest, row => row.Delivery.To.Normalize().Value)
                        .Column(NpgsqlDbType.Text, newest, row => row.Delivery.To.Platform?.Name)
                        .Column(NpgsqlDbType.Text, newest, row => row.Delivery.To.App)
                        .Column(NpgsqlDbType.TimestampTz, newest, row => row.Now.ToDatabase()),
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
