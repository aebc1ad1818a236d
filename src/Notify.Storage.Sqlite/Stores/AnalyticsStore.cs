using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps counts per minute, in their own table.</summary>
internal sealed class AnalyticsStore : IAnalyticsStore, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly Statement _add;

    public AnalyticsStore(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _add = new Statement(
            writer.Connection,
            """
            INSERT INTO notify_count (tenant, minute, channel, provider, state, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET count = count + excluded.count
            """
        );
    }

    public async ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken) =>
        await _writer
            .RunAsync(
                () =>
                {
                    foreach (var count in counts)
                    {
                        _add.Bind(1, count.Tenant)
                            .Bind(2, count.Minute)
                            .Bind(3, count.Channel.Name)
                            .Bind(4, count.Provider)
                            .Bind(5, (long)count.State)
                            .Bind(6, count.Count)
                            .Execute();
                    }

                    return counts.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT minute, channel, provider, state, count FROM notify_count
            WHERE tenant = ?1 AND minute >= ?2 AND minute < ?3 ORDER BY minute
            """
        );
        statement.Bind(1, tenant).Bind(2, from).Bind(3, to);
        var counts = new List<DeliveryCount>();
        while (statement.Read())
        {
            counts.Add(
                new DeliveryCount(
                    statement.Time(0),
                    tenant,
                    Channel.Named(statement.Text(1)),
                    statement.Text(2),
                    StoredForm.ReadState(statement.Int32(3)),
                    statement.Int64(4)
                )
            );
        }

        return new(counts);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _add.Dispose();
    }
}
