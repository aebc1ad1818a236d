using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Schema;

/// <summary>
/// Makes the partitions of the notifications ahead of time, and drops the old ones whole. Notifications are what is big, never
/// changes and is found by its id; deliveries change, and finding what is due in many partitions would cost every lease (see
/// docs/how-to/connect-postgresql.md).
/// </summary>
internal sealed class Partitions(string schema, TimeSpan width, TimeProvider time)
{
    /// <summary>The table of what no partition was made for.</summary>
    public const string Rest = "notification_rest";

    /// <summary>How far ahead there are partitions; a process that writes looks once a day.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    /// <summary>
    /// How long a change of the partitions waits for others, and others behind it. Given up, it is tried again later.
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

    /// <summary>Makes what is missing of the partitions, within the connection's transaction.</summary>
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

    /// <summary>Whether a change of the partitions gave up because others used them.</summary>
    public static bool GaveUp(PostgresException exception) => exception.SqlState == PostgresErrorCodes.LockNotAvailable;

    /// <summary>The partitions whose span ends before a time and is past, oldest first.</summary>
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

    /// <summary>Whether a delivery, an expansion or a collected event is left of a partition's notifications.</summary>
    public ValueTask<bool> IsNeededAsync(NpgsqlConnection connection, Partition partition, CancellationToken cancellationToken) =>
        HasIdsAsync(connection, _hasRows, partition, cancellationToken);

    /// <summary>Drops a partition within the connection's transaction, unless somebody else has.</summary>
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

    // Attaching a table lets others read and write meanwhile; creating it as a partition would not. What the rest has taken of
    // the span stays there.
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

/// <summary>The notifications of a span of time.</summary>
internal sealed record Partition(string Name, DateTimeOffset BeginsAt, DateTimeOffset EndsAt)
{
    public Guid LowestId { get; } = IdRange.GetLowestId(BeginsAt);

    public Guid IdBeyond { get; } = IdRange.GetLowestId(EndsAt);
}
