using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Stores;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>The queue of deliveries. Concurrent calls share commits.</summary>
internal sealed class DeliveryQueue(
    StoreDatabase database,
    DirectWriter direct,
    NotificationWriter enqueue,
    DeliveryLeaser lease,
    DeliverySettlementWriter settle,
    DigestEvents digests
) : IDeliveryQueue
{
    private readonly GroupCommit<DirectWrite, DirectAnswer> _direct = new("postgresql", direct.CommitAsync, IsFaultOfOneCall);
    private readonly GroupCommit<SerializedRequest, EnqueueResult> _enqueue = new(
        "postgresql",
        enqueue.CommitAsync,
        IsFaultOfOneCall
    );
    private readonly GroupCommit<Settlement, bool> _settle = new("postgresql", settle.CommitAsync, IsFaultOfOneCall);

    private readonly string _findNotification =
        $"SELECT 1 FROM {database.Schema}.notification n WHERE n.id = $1 "
        + $"AND n.tenant = $2 AND {RetentionStore.IsKept(database.Schema)}";

    private readonly string _cancelExpansions =
        $"UPDATE {database.Schema}.expansion SET due_at = NULL, owner = NULL, reason = NULL, updated_at = $2 "
        + "WHERE notification_id = $1 AND due_at IS NOT NULL";

    private readonly string _cancelDeliveries = $"""
        UPDATE {database.Schema}.delivery
        SET state = {(int)DeliveryState.Cancelled}, due_at = NULL, owner = NULL, fence = fence + 1, ended_at = $2,
            reason = '{NotificationProgress.CancelReason}'
        WHERE notification_id = $1 AND due_at IS NOT NULL AND (owner IS NULL OR due_at <= $2)
        RETURNING id
        """;

    private readonly string _countOthers =
        "SELECT count(*) FILTER (WHERE due_at IS NOT NULL), count(*) FILTER (WHERE due_at IS NULL) "
        + $"FROM {database.Schema}.delivery WHERE notification_id = $1";

    private readonly string _depth =
        $"SELECT priority, provider, count(*) FROM {database.Schema}.delivery "
        + "WHERE due_at IS NOT NULL GROUP BY priority, provider";

    private readonly string _listProviders = ListProviders(database.Schema);

    /// <summary>
    /// Creates the query for the providers that have pending deliveries. It jumps from provider to provider through an index.
    /// </summary>
    public static string ListProviders(string schema) =>
        $"""
            WITH RECURSIVE lane AS (
                (SELECT priority, provider FROM {schema}.delivery WHERE due_at IS NOT NULL ORDER BY priority, provider LIMIT 1)
              UNION ALL
                SELECT next.* FROM lane CROSS JOIN LATERAL (
                    SELECT d.priority, d.provider FROM {schema}.delivery d
                    WHERE d.due_at IS NOT NULL AND (d.priority, d.provider) > (lane.priority, lane.provider)
                    ORDER BY d.priority, d.provider LIMIT 1) AS next
            )
            SELECT DISTINCT provider FROM lane
            """;

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        SerializedRequest[] serialized = [.. requests.Select(SerializedRequest.Create)];
        var rows = requests.Sum(request => 1 + request.Deliveries.Count);
        if (!serialized.All(request => request.IsOnlyInserted))
            return await _enqueue.RunAsync(serialized, rows, cancellationToken).ConfigureAwait(false);

        DirectWrite[] writes = [.. serialized.Select(request => new DirectWrite(request, null))];
        var answers = await _direct.RunAsync(writes, rows, cancellationToken).ConfigureAwait(false);
        return [.. answers.Select(answer => answer.Enqueued)];
    }

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        lease.TakeDueAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        lease.ClaimAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        lease.RenewAsync(request, cancellationToken);

    public async ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        // Only a dead letter can start the next step of a fallback chain, which needs further statements.
        if (settlements.Any(settlement => settlement.State == DeliveryState.DeadLetter))
            return await _settle.RunAsync(settlements, settlements.Count, cancellationToken).ConfigureAwait(false);

        DirectWrite[] writes = [.. settlements.Select(settlement => new DirectWrite(null, settlement))];
        var answers = await _direct.RunAsync(writes, writes.Length, cancellationToken).ConfigureAwait(false);
        return [.. answers.Select(answer => answer.IsSettled)];
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync(
            async (connection, cancellation) =>
            {
                var found = await connection
                    .QueryAsync(
                        _findNotification,
                        parameters => parameters.With(notificationId).With(tenant),
                        row => row.GetInt32(0),
                        cancellation
                    )
                    .ConfigureAwait(false);
                if (found.Count == 0)
                    return null;

                // Expansions come first: this waits for a batch that is being stored, so that its deliveries are cancelled as
                // well.
                await connection
                    .ExecuteAsync(_cancelExpansions, parameters => parameters.With(notificationId).With(now), cancellation)
                    .ConfigureAwait(false);
                return await CancelDeliveriesAsync(connection, notificationId, now, cancellation).ConfigureAwait(false);
            },
            cancellationToken
        );

    public async ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        await database
            .QueryAsync(
                _depth,
                _ => { },
                row => new QueueDepth(StoredForm.ReadPriority(row.GetInt16(0)), row.GetString(1), row.GetInt64(2)),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync(_listProviders, _ => { }, row => row.GetString(0), cancellationToken).ConfigureAwait(false);

    private async ValueTask<Cancellation?> CancelDeliveriesAsync(
        NpgsqlConnection connection,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var cancelled = await connection
            .QueryAsync(
                _cancelDeliveries,
                parameters => parameters.With(notificationId).With(now),
                row => row.GetGuid(0),
                cancellationToken
            )
            .ConfigureAwait(false);
        var others = await connection
            .QueryAsync(
                _countOthers,
                parameters => parameters.With(notificationId),
                row => (InFlight: row.GetInt64(0), Ended: row.GetInt64(1)),
                cancellationToken
            )
            .ConfigureAwait(false);
        var events = await digests.RemoveAsync(connection, notificationId, cancellationToken).ConfigureAwait(false);
        return new Cancellation
        {
            Cancelled = cancelled.Count,
            InFlight = others[0].InFlight,
            Ended = others[0].Ended - cancelled.Count + events.Ended,
            Collected = events.Removed,
            CancelledIds = cancelled,
        };
    }

    // A lost connection, or a server that is no longer the primary, fails every call of the batch.
    private static bool IsFaultOfOneCall(Exception exception) =>
        exception switch
        {
            PostgresException answer => !answer.IsTransient
                && answer.SqlState
                    is not (
                        PostgresErrorCodes.AdminShutdown
                        or PostgresErrorCodes.CrashShutdown
                        or PostgresErrorCodes.ReadOnlySqlTransaction
                    ),
            _ => exception is not NpgsqlException,
        };
}
