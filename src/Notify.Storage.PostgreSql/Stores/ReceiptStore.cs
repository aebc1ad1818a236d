using Notify.Providers;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores receipts with their deliveries, and starts or cancels the next step of a fallback chain.</summary>
internal sealed class ReceiptStore(StoreDatabase database) : IReceiptStore
{
    // An erased delivery has no address. Its receipts are refused, because a vendor's text may contain the address. If another
    // process adds the same receipts, the row is read again after the other's commit.
    private readonly string _append = $"""
        UPDATE {database.Schema}.delivery d
        SET receipts = d.receipts || coalesce(
            (
                SELECT string_agg(new.receipt, '' ORDER BY new.place)
                FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS new(id, receipt, mark, place)
                WHERE new.id = d.id AND position(new.mark in d.receipts) = 0
            ),
            ''
        )
        FROM unnest($2::uuid[]) AS added(id)
        WHERE d.id = added.id AND d.tenant = $1 AND d.address <> ''
        RETURNING d.id, d.notification_id, d.fallback_chain, d.fallback_step
        """;

    private readonly string _cancelLater = $"""
        UPDATE {database.Schema}.delivery later
        SET state = {(int)
            DeliveryState.Cancelled}, due_at = NULL, owner = NULL, fence = later.fence + 1,
            reason = 'receipt came', ended_at = came.at
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[]) AS came(notification_id, chain, steps, at)
        WHERE later.fallback_chain = came.chain AND later.notification_id = came.notification_id
            AND (came.steps >> later.fallback_step) & 1 = 1
            AND later.due_at IS NOT NULL AND (later.owner IS NULL OR later.due_at <= came.at)
        """;

    private readonly string _makeNextDue = $"""
        UPDATE {database.Schema}.delivery next SET due_at = came.at
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[]) AS came(notification_id, chain, step, at)
        WHERE next.fallback_chain = came.chain AND next.notification_id = came.notification_id
            AND next.fallback_step = came.step + 1
            AND next.owner IS NULL AND next.due_at > came.at
        """;

    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync<IReadOnlyList<bool>>(
            async (connection, cancellation) =>
            {
                var links = await AppendAsync(connection, tenant, receipts, cancellation).ConfigureAwait(false);
                (Link Link, Receipt Receipt)[] came =
                [
                    .. receipts
                        .Where(receipt => links.TryGetValue(receipt.DeliveryId, out var link) && link is not null)
                        .Select(receipt => (links[receipt.DeliveryId]!, receipt)),
                ];
                await ApplyAsync(
                        connection,
                        _cancelLater,
                        [.. came.Where(one => one.Receipt.Kind.ProvesArrival)],
                        one => one.Link.Place.GetCancelledSteps(one.Receipt.Kind),
                        cancellation
                    )
                    .ConfigureAwait(false);
                await ApplyAsync(
                        connection,
                        _makeNextDue,
                        [.. came.Where(one => one.Receipt.Kind == ReceiptKind.Bounced)],
                        one => one.Link.Place.Step,
                        cancellation
                    )
                    .ConfigureAwait(false);
                return [.. receipts.Select(receipt => links.ContainsKey(receipt.DeliveryId))];
            },
            cancellationToken
        );

    /// <returns>The deliveries that were found, each with its step of a fallback chain or null.</returns>
    private async ValueTask<Dictionary<Guid, Link?>> AppendAsync(
        NpgsqlConnection connection,
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        Guid[] deliveries = [.. receipts.Select(receipt => receipt.DeliveryId).Distinct().Order()];
        (Receipt Receipt, string Mark)[] distinct =
        [
            .. receipts
                .Select(receipt => (Receipt: receipt, Mark: StoredForm.GetReceiptMark(receipt)))
                .DistinctBy(one => (one.Receipt.DeliveryId, one.Mark)),
        ];
        var known = await connection
            .QueryAsync(
                _append,
                parameters =>
                    parameters
                        .With(tenant)
                        .Column(NpgsqlDbType.Uuid, deliveries, id => id)
                        .Column(NpgsqlDbType.Uuid, distinct, one => one.Receipt.DeliveryId)
                        .Column(NpgsqlDbType.Text, distinct, one => StoredForm.WriteReceipt(one.Receipt))
                        .Column(NpgsqlDbType.Text, distinct, one => one.Mark),
                row =>
                    KeyValuePair.Create(
                        row.GetGuid(0),
                        row.IsDBNull(2) ? null : new Link(row.GetGuid(1), new FallbackPlace(row.GetGuid(2), row.GetInt32(3)))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return known.ToDictionary();
    }

    private static async ValueTask ApplyAsync(
        NpgsqlConnection connection,
        string sql,
        (Link Link, Receipt Receipt)[] came,
        Func<(Link Link, Receipt Receipt), int> getSteps,
        CancellationToken cancellationToken
    )
    {
        if (came.Length == 0)
            return;

        await connection
            .ExecuteAsync(
                sql,
                parameters =>
                    parameters
                        .Column(NpgsqlDbType.Uuid, came, one => one.Link.NotificationId)
                        .Column(NpgsqlDbType.Uuid, came, one => one.Link.Place.Chain)
                        .Column(NpgsqlDbType.Integer, came, getSteps)
                        .Column(NpgsqlDbType.TimestampTz, came, one => one.Receipt.At.ToDatabase()),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private sealed record Link(Guid NotificationId, FallbackPlace Place);
}
