using Notify.Storage.Sqlite.Connection;

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
            INSERT INTO notify_count (tenant, minute, channel, provider, state, count)
            VALUES (@tenant, @minute, @channel, @provider, @state, @count)
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
                        _add.Bind("@tenant", count.Tenant)
                            .Bind("@minute", count.Minute)
                            .Bind("@channel", count.Channel.Name)
                            .Bind("@provider", count.Provider)
                            .Bind("@state", (long)count.State)
                            .Bind("@count", count.Count)
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
            WHERE tenant = @tenant AND minute >= @from AND minute < @to ORDER BY minute
            """
        );
        statement.Bind("@tenant", tenant).Bind("@from", from).Bind("@to", to);
        var counts = new List<DeliveryCount>();
        while (statement.Read())
        {
            counts.Add(
                new DeliveryCount
                {
                    Minute = statement.Time(0),
                    Tenant = tenant,
                    Channel = Channel.Create(statement.Text(1)),
                    Provider = statement.Text(2),
                    State = (DeliveryState)statement.Int32(3),
                    Count = statement.Int64(4),
                }
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
