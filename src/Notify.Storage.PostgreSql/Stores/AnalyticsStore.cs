using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores the counts of deliveries per minute.</summary>
internal sealed class AnalyticsStore(StoreDatabase database) : IAnalyticsStore
{
    private readonly string _add = $"""
        INSERT INTO {database.Schema}.delivery_count AS counted (tenant, minute, channel, provider, state, count)
        SELECT tenant, minute, channel, provider, state, sum(count)
        FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::smallint[], $6::bigint[])
            AS added(tenant, minute, channel, provider, state, count)
        GROUP BY tenant, minute, channel, provider, state ORDER BY tenant, minute, channel, provider, state
        ON CONFLICT (tenant, minute, channel, provider, state) DO UPDATE SET count = counted.count + excluded.count
        """;

    private readonly string _list = $"""
        SELECT minute, channel, provider, state, count FROM {database.Schema}.delivery_count
        WHERE tenant = $1 AND minute >= $2 AND minute < $3 ORDER BY minute
        """;

    public async ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _add,
                        parameters =>
                            parameters
                                .Column(NpgsqlDbType.Text, counts, count => count.Tenant)
                                .Column(NpgsqlDbType.TimestampTz, counts, count => count.Minute.ToDatabase())
                                .Column(NpgsqlDbType.Text, counts, count => count.Channel.Name)
                                .Column(NpgsqlDbType.Text, counts, count => count.Provider)
                                .Column(NpgsqlDbType.Smallint, counts, count => (short)count.State)
                                .Column(NpgsqlDbType.Bigint, counts, count => count.Count),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _list,
                parameters => parameters.With(tenant).With(from).With(to),
                row => new DeliveryCount
                {
                    Minute = row.Time(0),
                    Tenant = tenant,
                    Channel = Channel.Create(row.GetString(1)),
                    Provider = row.GetString(2),
                    State = (DeliveryState)row.GetInt16(3),
                    Count = row.GetInt64(4),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
