using System.Data.Common;

namespace Notify.Client.Outbox;

/// <summary>Counts the rows of the table and manages the refused ones.</summary>
internal sealed class ClientOutbox(OutboxDatabase database, OutboxWakeUp wakeUp, TimeProvider time) : IClientOutbox
{
    private const int MaxLimit = 1_000;

    public async Task<OutboxCounts> CountAsync(CancellationToken cancellationToken = default)
    {
        var waiting = await database
            .ReadAsync(
                database.Sql.CountWaiting,
                [],
                reader =>
                    (
                        Count: reader.GetInt64(0),
                        Oldest: reader.IsDBNull(1) ? (DateTimeOffset?)null : OutboxDatabase.ReadTime(reader, 1)
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        var refused = await database
            .ReadAsync(database.Sql.CountRefused, [], reader => reader.GetInt64(0), cancellationToken)
            .ConfigureAwait(false);
        return new OutboxCounts
        {
            Waiting = waiting[0].Count,
            OldestEnqueuedAt = waiting[0].Oldest,
            Refused = refused[0],
        };
    }

    public async Task<IReadOnlyList<RefusedTrigger>> ListRefusedAsync(
        long after = 0,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
        return await database
            .ReadAsync(database.Sql.ListRefused, [("after", after), ("limit", limit)], ReadRefused, cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task<bool> RetryAsync(long id, CancellationToken cancellationToken = default) =>
        await RetryAsync(database.Sql.RetryOne, ("id", id), cancellationToken).ConfigureAwait(false) > 0;

    public async Task<long> RetryAllAsync(string code, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        return await RetryAsync(database.Sql.RetryAll, ("code", code), cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        await database.RunAsync(database.Sql.DeleteRefused, [("id", id)], cancellationToken).ConfigureAwait(false) > 0;

    private async ValueTask<int> RetryAsync(string sql, (string, object?) selection, CancellationToken cancellationToken)
    {
        var count = await database.RunAsync(sql, [selection, ("now", time.GetUtcNow())], cancellationToken).ConfigureAwait(false);
        wakeUp.Call();
        return count;
    }

    private static RefusedTrigger ReadRefused(DbDataReader reader) =>
        new()
        {
            Id = reader.GetInt64(0),
            Tenant = reader.GetString(1),
            EnqueuedAt = OutboxDatabase.ReadTime(reader, 2),
            RefusedAt = OutboxDatabase.ReadTime(reader, 3),
            Attempts = reader.GetInt32(4),
            Code = reader.GetString(5),
            Reason = reader.GetString(6),
            Body = reader.GetString(7),
        };
}
