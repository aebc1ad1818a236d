using Notify.Storage.PostgreSql.Connection;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// Reads the users of deliveries that waited, and changes the addresses of deliveries, each with one statement.
/// </summary>
internal sealed class RecipientCheckStore(StoreDatabase database) : IRecipientCheckStore
{
    private const int FirstDeviceColumn = 6;

    // One row per device, or one row for a user without devices.
    private readonly string _read = $"""
        SELECT asked.number, u.tenant, u.id, u.stored, u.preferences,
            asked.topic IS NOT NULL AND EXISTS (
                SELECT 1 FROM {database.Schema}.subscription s
                WHERE s.tenant = asked.tenant AND s.topic = asked.topic AND s.user_id = asked.user_id),
            {DeviceStore.GetColumns("d")}
        FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::boolean[])
            AS asked(number, tenant, user_id, topic, with_devices)
        LEFT JOIN {database.Schema}."user" u ON u.tenant = asked.tenant AND u.id = asked.user_id
        LEFT JOIN {database.Schema}.device d
            ON asked.with_devices AND d.tenant = asked.tenant AND d.user_id = asked.user_id AND d.pruned_at IS NULL
        ORDER BY asked.number, d.id
        """;

    private readonly string _redirect = $"""
        UPDATE {database.Schema}.delivery d SET address = moved.address, platform = moved.platform, app = moved.app,
            collapse_address = CASE WHEN d.collapse_key IS NOT NULL THEN moved.collapse_address END
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS moved(id, fence, address, platform, app, collapse_address)
        WHERE d.id = moved.id AND d.fence = moved.fence AND d.owner IS NOT NULL
        RETURNING d.id
        """;

    public async ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        var rows = await database
            .QueryAsync(
                _read,
                parameters =>
                    parameters
                        .With(Enumerable.Range(0, questions.Count).ToArray())
                        .Column(NpgsqlDbType.Text, questions, question => question.Tenant)
                        .Column(NpgsqlDbType.Text, questions, question => question.UserId)
                        .Column(NpgsqlDbType.Text, questions, question => question.Topic)
                        .Column(NpgsqlDbType.Boolean, questions, question => question.WithDevices),
                row =>
                    (
                        Number: row.GetInt32(0),
                        User: row.IsDBNull(1) ? null : UserStore.Read(row, 1),
                        IsSubscribed: row.GetBoolean(5),
                        Device: row.IsDBNull(FirstDeviceColumn) ? null : DeviceStore.Read(row, FirstDeviceColumn)
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. rows.GroupBy(row => row.Number)
                .OrderBy(group => group.Key)
                .Select(group => new RecipientAnswer(
                    group.First().User,
                    [.. group.Select(row => row.Device).OfType<Device>()],
                    group.First().IsSubscribed
                )),
        ];
    }

    public async ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    )
    {
        // Ordered by id like every write of deliveries, which prevents deadlocks.
        Redirection[] rows = [.. redirections.OrderBy(one => one.DeliveryId)];
        var moved = await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.QueryByIdAsync(
                        _redirect,
                        parameters =>
                            parameters
                                .Column(NpgsqlDbType.Uuid, rows, row => row.DeliveryId)
                                .Column(NpgsqlDbType.Bigint, rows, row => row.Fence)
                                .Column(NpgsqlDbType.Text, rows, row => row.To.Value)
                                .Column(NpgsqlDbType.Text, rows, row => row.To.Platform?.Name)
                                .Column(NpgsqlDbType.Text, rows, row => row.To.App)
                                .Column(NpgsqlDbType.Text, rows, row => row.To.Normalize().Value),
                        row => row.GetGuid(0),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. redirections.Select(one => moved.Contains(one.DeliveryId))];
    }
}
