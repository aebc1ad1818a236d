using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Schema;

/// <summary>
/// Creates the partitions of the notifications in advance, and drops old ones. Notifications are large, do not change, and are
/// found by id, which suits partitions. Deliveries are not partitioned: they change, and every lease would have to search all
/// partitions for due ones (see docs/how-to/connect-postgresql.md).
/// </summary>
internal sealed class Partitions(string schema, TimeSpan width, TimeProvider time)
{
    /// <summary>The default partition, for notifications outside every other partition.</summary>
    public const string Rest = "notification_rest";

    /// <summary>How far in advance partitions are created.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    /// <summary>
    /// How long a change of the partitions waits for locks. Other statements wait behind it, so it gives up then and tries again
    /// later.
    /// </summary>
    private const string GiveUpSoon = "SET LOCAL lock_timeout = '200ms'";

    private readonly string _end = $"SELECT max(ends_at) FROM \"{schema}\".notification_partition";

    private readonly string _isTaken = $"SELECT EXISTS (SELECT 1 FROM \"{schema}\".{Rest} WHERE id >= $1 AND id < $2)";

    private readonly string _add =
        $"INSERT INTO \"{schema}\".notification_partition (name, begins_at, ends_at) VALUES ($1, $2, $3)";

    private readonly string _list =
        $"SELECT name, begins_at, ends_at FROM \"{schema}\".notification_partition WHERE ends_at <= $1 ORDER BY ends_at";

    private readonly string _remove = $"DELETE FROM \"{schema}\".notification_partition WHERE name = $1";

    private readonly string _hasRows = $"""
        SELECT EXISTS (SELECT 1 FROM "{schema}".delivery WHERE notification_id >= $1 AND notification_id < $2)
            OR EXISTS (SELECT 1 FROM "{schema}".expansion WHERE notification_id >= $1 AND notification_id < $2)
            OR EXISTS (SELECT 1 FROM "{schema}".digest_event WHERE notification_id >= $1 AND notification_id < $2)
        """;

    /// <summary>Creates the missing partitions in the connection's transaction.</summary>
    public async ValueTask MakeAheadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await AdvisoryLock.TakeAsync(connection, [AdvisoryLock.Migration], cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(GiveUpSoon, _ => { }, cancellationToken).ConfigureAwait(false);
        var ends = await connection.QueryAsync(_end, _ => { }, row => row.TimeOrNull(0), cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        for (var begin = ends[0] > today ? ends[0]!.Value : today; begin < now + Ahead; begin += width)
        {
            var partition = new Partition($"notification_{begin.UtcDateTime:yyyyMMdd}", begin, begin + width);
            await MakeAsync(connection, partition, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns whether a change of the partitions gave up because other transactions used them.</summary>
    public static bool GaveUp(PostgresException exception) => exception.SqlState == PostgresErrorCodes.LockNotAvailable;

    /// <summary>Lists the partitions whose span has passed and ends before a time, oldest first.</summary>
    public async ValueTask<List<Partition>> ListPastAsync(
        NpgsqlConnection connection,
        DateTimeOffset before,
        CancellationToken cancellationToken
    ) =>
        await connection
            .QueryAsync(
                _list,
                parameters => parameters.With(before < time.GetUtcNow() ? before : time.GetUtcNow()),
                row => new Partition(row.GetString(0), row.Time(1), row.Time(2)),
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <summary>
    /// Returns whether a delivery, an expansion or a collected event of the partition's notifications still exists.
    /// </summary>
    public ValueTask<bool> IsNeededAsync(NpgsqlConnection connection, Partition partition, CancellationToken cancellationToken) =>
        HasIdsAsync(connection, _hasRows, partition, cancellationToken);

    /// <summary>Drops a partition in the connection's transaction, if it still exists.</summary>
    public async ValueTask DropAsync(NpgsqlConnection connection, Partition partition, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(GiveUpSoon, _ => { }, cancellationToken).ConfigureAwait(false);
        var removed = await connection
            .ExecuteAsync(_remove, parameters => parameters.With(partition.Name), cancellationToken)
            .ConfigureAwait(false);
        if (removed > 0)
        {
            await connection
                .ExecuteAsync($"DROP TABLE \"{schema}\".\"{partition.Name}\"", _ => { }, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    // A table is created and then attached, because creating it as a partition would block reads and writes meanwhile. Rows of
    // this span that are already in the default partition stay there.
    private async ValueTask MakeAsync(NpgsqlConnection connection, Partition partition, CancellationToken cancellationToken)
    {
        if (await HasIdsAsync(connection, _isTaken, partition, cancellationToken).ConfigureAwait(false))
            return;

        await connection
            .ExecuteAsync(
                $"""
                CREATE TABLE "{schema}"."{partition.Name}" (LIKE "{schema}".notification INCLUDING ALL);
                ALTER TABLE "{schema}".notification ATTACH PARTITION "{schema}"."{partition.Name}"
                    FOR VALUES FROM ('{partition.LowestId}') TO ('{partition.IdBeyond}');
                """,
                _ => { },
                cancellationToken
            )
            .ConfigureAwait(false);
        await connection
            .ExecuteAsync(
                _add,
                parameters => parameters.With(partition.Name).With(partition.BeginsAt).With(partition.EndsAt),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static async ValueTask<bool> HasIdsAsync(
        NpgsqlConnection connection,
        string sql,
        Partition partition,
        CancellationToken cancellationToken
    ) =>
        (
            await connection
                .QueryAsync(
                    sql,
                    parameters => parameters.With(partition.LowestId).With(partition.IdBeyond),
                    row => row.GetBoolean(0),
                    cancellationToken
                )
                .ConfigureAwait(false)
        )[0];
}

/// <summary>A partition: the notifications of a span of time.</summary>
internal sealed record Partition(string Name, DateTimeOffset BeginsAt, DateTimeOffset EndsAt)
{
    public Guid LowestId { get; } = IdRange.GetLowestId(BeginsAt);

    public Guid IdBeyond { get; } = IdRange.GetLowestId(EndsAt);
}
