using System.Data.Common;
using Microsoft.Extensions.Options;

namespace Notify.Client.Outbox;

/// <summary>The table of the outbox, as those that store and forward triggers use it.</summary>
internal sealed class OutboxTable(OutboxDatabase database, IOptions<ClientOutboxOptions> options, TimeProvider time)
{
    private const int MaxReason = 1_000;

    private OutboxSql Sql => database.Sql;

    /// <summary>Stores a trigger in the application's transaction.</summary>
    public async ValueTask InsertAsync(
        DbTransaction transaction,
        string tenant,
        string body,
        string? traceParent,
        CancellationToken cancellationToken
    ) =>
        await OutboxDatabase
            .RunAsync(
                database.GetConnection(transaction),
                transaction,
                Sql.Insert,
                [("tenant", tenant), ("body", body), ("trace_parent", traceParent), ("now", time.GetUtcNow())],
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <summary>Finds the time at which the next row is due; null if none waits.</summary>
    public async ValueTask<DateTimeOffset?> FindDueAsync(CancellationToken cancellationToken)
    {
        var rows = await database
            .ReadAsync(
                Sql.FindDue,
                [],
                reader => reader.IsDBNull(0) ? (DateTimeOffset?)null : OutboxDatabase.ReadTime(reader, 0),
                cancellationToken
            )
            .ConfigureAwait(false);
        return rows[0];
    }

    /// <summary>Leases rows that are due.</summary>
    public async ValueTask<OutboxLease> LeaseAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var name = Guid.CreateVersion7(now).ToString();
        var rows = await database
            .ReadAsync(
                Sql.Lease,
                [("now", now), ("until", now + options.Value.LeaseDuration), ("lease", name), ("limit", options.Value.BatchSize)],
                ReadRow,
                cancellationToken
            )
            .ConfigureAwait(false);
        rows.Sort((a, b) => a.Id.CompareTo(b.Id));
        return new OutboxLease(name, now, rows);
    }

    /// <summary>Writes the outcomes of leased rows in one transaction.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="settlement">The outcomes.</param>
    /// <param name="getDelay">Computes how long a row waits after its attempts.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async ValueTask SettleAsync(
        OutboxLease lease,
        OutboxSettlement settlement,
        Func<int, TimeSpan> getDelay,
        CancellationToken cancellationToken
    )
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        foreach (var (sql, parameters) in CreateStatements(lease, settlement, getDelay))
            await OutboxDatabase.RunAsync(connection, transaction, sql, parameters, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<(string Sql, (string, object?)[] Parameters)> CreateStatements(
        OutboxLease lease,
        OutboxSettlement settlement,
        Func<int, TimeSpan> getDelay
    )
    {
        var now = time.GetUtcNow();
        if (settlement.Accepted.Count > 0)
            yield return (Sql.Complete, [("ids", OutboxDatabase.WriteIds(settlement.Accepted))]);
        foreach (var (row, code, reason) in settlement.Refused)
        {
            var text = reason.Length > MaxReason ? reason[..MaxReason] : reason;
            yield return (Sql.Refuse, [("id", row.Id), ("lease", lease.Name), ("now", now), ("code", code), ("reason", text)]);
        }

        foreach (var rows in settlement.Released.GroupBy(row => row.Attempts))
        {
            yield return (
                Sql.Release,
                [
                    ("ids", OutboxDatabase.WriteIds(rows)),
                    ("lease", lease.Name),
                    ("unsent", settlement.IsUnsent ? 1 : 0),
                    ("due", now + getDelay(settlement.IsUnsent ? 0 : rows.Key)),
                    ("forgotten", settlement.MayHaveArrived ? DateTimeOffset.UnixEpoch : lease.LeasedAt),
                ]
            );
        }
    }

    private static OutboxRow ReadRow(DbDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            OutboxDatabase.ReadTime(reader, 4),
            reader.GetInt32(5),
            OutboxDatabase.ReadTime(reader, 6)
        );
}
