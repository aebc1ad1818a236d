using Notify.Storage.PostgreSql.Connection;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>
/// Decides which requests of a batch may be stored. A later claim waits for the transaction that claimed the key first.
/// </summary>
internal sealed class IdempotencyKeys(StoreDatabase database)
{
    // A key that is already held is written back unchanged, because RETURNING yields only rows that the statement wrote.
    private readonly string _claim = $"""
        INSERT INTO {database.Schema}.idempotency AS held (tenant, key, fingerprint, notification_id, claimed_at, expires_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::timestamptz[], $6::timestamptz[])
        ON CONFLICT (tenant, key) DO UPDATE SET
            {KeepWhileHeld("fingerprint")}, {KeepWhileHeld("notification_id")}, {KeepWhileHeld("expires_at")}, {KeepWhileHeld(
            "claimed_at"
        )}
        RETURNING tenant, key, fingerprint, notification_id, expires_at
        """;

    public async ValueTask<EnqueueResult[]> ClaimAsync(
        NpgsqlConnection connection,
        IReadOnlyList<SerializedRequest> batch,
        CancellationToken cancellationToken
    )
    {
        var results = new EnqueueResult[batch.Count];
        var undecided = new List<int>();
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new EnqueueResult(EnqueueStatus.Stored, batch[i].Notification.Id);
            if (batch[i].Request.Idempotency is not null)
                undecided.Add(i);
        }

        // The first request with a key claims it, and the others get the holder's id. If the holder's claim expires within the
        // batch, the next request claims the key again.
        while (undecided.Count > 0)
        {
            SerializedRequest[] first =
            [
                .. undecided
                    .Select(i => batch[i])
                    .DistinctBy(GetKey)
                    .OrderBy(request => request.Notification.Tenant, StringComparer.Ordinal)
                    .ThenBy(request => request.Request.Idempotency!.Key, StringComparer.Ordinal),
            ];
            var holders = await ClaimOnceAsync(connection, first, cancellationToken).ConfigureAwait(false);
            undecided.RemoveAll(i => Decide(batch[i], holders[GetKey(batch[i])], ref results[i]));
        }

        return results;
    }

    private static bool Decide(SerializedRequest request, Holder holder, ref EnqueueResult result)
    {
        if (holder.NotificationId == request.Notification.Id)
            return true;
        if (holder.ExpiresAt <= request.Notification.AcceptedAt.ToDatabase())
            return false;

        var same = holder.Fingerprint.AsSpan().SequenceEqual(request.Request.Idempotency!.Fingerprint.Span);
        result = new EnqueueResult(same ? EnqueueStatus.Duplicate : EnqueueStatus.Conflict, holder.NotificationId);
        return true;
    }

    private async ValueTask<Dictionary<(string Tenant, string Key), Holder>> ClaimOnceAsync(
        NpgsqlConnection connection,
        SerializedRequest[] rows,
        CancellationToken cancellationToken
    )
    {
        var holders = await connection
            .QueryAsync(
                _claim,
                parameters =>
                    parameters
                        .Column(NpgsqlDbType.Text, rows, row => row.Notification.Tenant)
                        .Column(NpgsqlDbType.Text, rows, row => row.Request.Idempotency!.Key)
                        .Column(NpgsqlDbType.Bytea, rows, row => row.Request.Idempotency!.Fingerprint.ToArray())
                        .Column(NpgsqlDbType.Uuid, rows, row => row.Notification.Id)
                        .Column(NpgsqlDbType.TimestampTz, rows, row => row.Notification.AcceptedAt.ToDatabase())
                        .Column(NpgsqlDbType.TimestampTz, rows, row => row.Request.Idempotency!.ExpiresAt.ToDatabase()),
                row =>
                    (
                        Key: (row.GetString(0), row.GetString(1)),
                        Holder: new Holder(row.GetFieldValue<byte[]>(2), row.GetGuid(3), row.GetFieldValue<DateTime>(4))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return holders.ToDictionary(holder => holder.Key, holder => holder.Holder);
    }

    private static string KeepWhileHeld(string column) =>
        $"{column} = CASE WHEN held.expires_at > excluded.claimed_at THEN held.{column} ELSE excluded.{column} END";

    private static (string Tenant, string Key) GetKey(SerializedRequest request) =>
        (request.Notification.Tenant, request.Request.Idempotency!.Key);

    private sealed record Holder(byte[] Fingerprint, Guid NotificationId, DateTime ExpiresAt);
}
