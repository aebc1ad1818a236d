using System.Collections.Concurrent;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>
/// Finds due deliveries, with turns among the tenants, and leases them. Rows that another process is leasing are skipped, so
/// processes do not wait for each other and lease nothing twice. The query for due deliveries is not prepared: a plan for an
/// empty queue would stay in use while the queue grows.
/// </summary>
internal sealed class DeliveryLeaser(StoreDatabase database, ContentReader contents)
{
    /// <summary>The number of tenants that one lease considers. The next lease continues after them.</summary>
    private const int TenantsPerLease = 64;

    /// <summary>
    /// The largest contents that a claim reads with its deliveries. Larger ones, such as those with attachments, are read only if
    /// they are not in the cache: the claims of a broadcast would otherwise read the same attachment again and again.
    /// </summary>
    private const int MaxClaimedContentBytes = 64 * 1024;

    private readonly ConcurrentDictionary<(Priority Priority, string Provider), string> _lastServed = new();

    // Jumps from tenant to tenant through the index instead of reading the whole backlog. Each lane is searched in two parts: the
    // tenants after the one that was served last, then those from the beginning up to it.
    private readonly string _findTenants = $"""
        WITH RECURSIVE lane AS (
            SELECT number, part, priority, provider,
                CASE part WHEN 1 THEN last ELSE '' END AS after, CASE part WHEN 2 THEN last END AS up_to
            FROM unnest($1::smallint[], $2::text[], $3::text[]) WITH ORDINALITY AS requested(priority, provider, last, number)
            CROSS JOIN (VALUES (1), (2)) AS half(part)
        ), waiting AS (
            SELECT lane.*, next.tenant, next.due_at, (next.due_at <= $4)::integer AS found
            FROM lane CROSS JOIN LATERAL ({NextTenant(database.Schema, "lane", "lane.after")}) AS next
            WHERE lane.up_to IS NULL OR next.tenant <= lane.up_to
          UNION ALL
            SELECT number, part, waiting.priority, waiting.provider, after, up_to, next.tenant, next.due_at,
                found + (next.due_at <= $4)::integer
            FROM waiting CROSS JOIN LATERAL ({NextTenant(database.Schema, "waiting", "waiting.tenant")}) AS next
            WHERE found < {TenantsPerLease} AND (up_to IS NULL OR next.tenant <= up_to)
        )
        SELECT number::integer, tenant FROM waiting WHERE due_at <= $4 ORDER BY number, part, tenant
        """;

    private readonly string _takeDue = $"""
        WITH taken AS MATERIALIZED (
            SELECT share.number, due.id, due.due_at
            FROM unnest($1::integer[], $2::smallint[], $3::text[], $4::text[], $5::bigint[])
                AS share(number, priority, provider, tenant, wanted)
            CROSS JOIN LATERAL (
                SELECT d.id, d.due_at FROM {database.Schema}.delivery d
                WHERE d.priority = share.priority AND d.provider = share.provider AND d.tenant = share.tenant AND d.due_at <= $6
                ORDER BY d.due_at, d.id LIMIT share.wanted FOR UPDATE SKIP LOCKED) AS due
        )
        {Lease(database.Schema, owner: "$7", until: "$8")}
        """;

    private readonly string _claim = $"""
        WITH taken AS MATERIALIZED (
            SELECT reference.number::integer, d.id, d.due_at
            FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS reference(id, fence, number)
            JOIN {database.Schema}.delivery d ON d.id = reference.id AND d.fence = reference.fence
            WHERE d.due_at IS NOT NULL
            FOR UPDATE OF d SKIP LOCKED
        )
        {Lease(database.Schema, owner: "$3", until: "$4")}
        """;

    private readonly string _readClaimedContents = $"""
        SELECT n.id, n.contents FROM {database.Schema}.notification n
        WHERE octet_length(n.contents) <= {MaxClaimedContentBytes} AND n.id IN (
            SELECT d.notification_id FROM unnest($1::uuid[]) AS reference(id)
            JOIN {database.Schema}.delivery d ON d.id = reference.id WHERE d.owner = $2)
        """;

    private readonly string _renew = $"""
        UPDATE {database.Schema}.delivery d SET due_at = $3
        FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS held(id, fence, number)
        WHERE d.id = held.id AND d.fence = held.fence AND d.owner IS NOT NULL
        RETURNING held.number::integer
        """;

    public async ValueTask<IReadOnlyList<Lease>> TakeDueAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var lanes = await FindLanesAsync(request, cancellationToken).ConfigureAwait(false);
        return lanes.Count == 0
            ? []
            : await database
                .TransactAsync(
                    async (connection, cancellation) =>
                    {
                        TenantShares[] turns = [.. lanes.Select(lane => new TenantShares(lane.Slots, lane.Tenants))];
                        while (GetShares(turns) is { Count: > 0 } shares)
                            await TakeAsync(connection, request, shares, cancellation).ConfigureAwait(false);

                        LeasedRow[] taken = [.. turns.SelectMany(TakenInTurn)];
                        return await FinishAsync(connection, taken, request.Owner, request.Until, cancellation)
                            .ConfigureAwait(false);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    /// <summary>Claims deliveries and reads their contents in one round trip.</summary>
    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.CommitAsync(
            async (connection, cancellation) =>
            {
                var (rows, read) = await connection
                    .QueryByIdAsync(
                        CommandExtensions.Statement(_claim, parameters =>
                            parameters
                                .Column(NpgsqlDbType.Uuid, request.References, reference => reference.Id)
                                .Column(NpgsqlDbType.Bigint, request.References, reference => reference.Fence)
                                .With(request.Owner)
                                .With(request.Until)
                        ),
                        Read,
                        CommandExtensions.Statement(_readClaimedContents, parameters =>
                            parameters
                                .Column(NpgsqlDbType.Uuid, request.References, reference => reference.Id)
                                .With(request.Owner)
                        ),
                        ContentReader.Read,
                        cancellation
                    )
                    .ConfigureAwait(false);
                contents.Add(read);
                return await FinishAsync(
                        connection,
                        [.. rows.OrderBy(row => row.Number)],
                        request.Owner,
                        request.Until,
                        cancellation
                    )
                    .ConfigureAwait(false);
            }
        );
    }

    public async ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        // Ordered by id, so that calls that write the same deliveries do not deadlock.
        int[] rows = [.. Enumerable.Range(0, request.References.Count).OrderBy(i => request.References[i].Id)];
        cancellationToken.ThrowIfCancellationRequested();
        var renewed = await database
            .CommitAsync(
                (connection, cancellation) =>
                    connection.QueryByIdAsync(
                        _renew,
                        parameters =>
                            parameters
                                .Column(NpgsqlDbType.Uuid, rows, i => request.References[i].Id)
                                .Column(NpgsqlDbType.Bigint, rows, i => request.References[i].Fence)
                                .With(request.Until),
                        row => rows[row.GetInt32(0) - 1],
                        cancellation
                    )
            )
            .ConfigureAwait(false);
        var answers = new bool[rows.Length];
        foreach (var i in renewed)
            answers[i] = true;
        return answers;
    }

    private async ValueTask<List<(LeaseSlots Slots, (string Tenant, int Limit)[] Tenants)>> FindLanesAsync(
        LeaseRequest request,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .QueryAsync(
                _findTenants,
                parameters =>
                    parameters
                        .Column(NpgsqlDbType.Smallint, request.Slots, slots => (short)slots.Priority)
                        .Column(NpgsqlDbType.Text, request.Slots, slots => slots.Provider)
                        .Column(NpgsqlDbType.Text, request.Slots, slots =>
                            _lastServed.GetValueOrDefault((slots.Priority, slots.Provider), "")
                        )
                        .With(request.Now),
                row => (Number: row.GetInt32(0), Tenant: row.GetString(1)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found
                .GroupBy(one => one.Number)
                .Select(lane => (Slots: request.Slots[lane.Key - 1], Tenants: lane.Take(TenantsPerLease)))
                .Select(lane =>
                    (
                        lane.Slots,
                        lane.Tenants.Select(one =>
                                (one.Tenant, request.TenantLimit?.Invoke(lane.Slots, one.Tenant) ?? int.MaxValue)
                            )
                            .ToArray()
                    )
                ),
        ];
    }

    private static List<(TenantShares Turn, string Tenant, int Wanted)> GetShares(TenantShares[] turns) =>
        [.. turns.SelectMany(turn => turn.GetNextShares(), (turn, share) => (turn, share.Tenant, share.Wanted))];

    private async ValueTask TakeAsync(
        NpgsqlConnection connection,
        LeaseRequest request,
        List<(TenantShares Turn, string Tenant, int Wanted)> shares,
        CancellationToken cancellationToken
    )
    {
        var rows = await connection
            .QueryAsync(
                _takeDue,
                parameters =>
                    parameters
                        .With(Enumerable.Range(0, shares.Count).ToArray())
                        .Column(NpgsqlDbType.Smallint, shares, share => (short)share.Turn.Slots.Priority)
                        .Column(NpgsqlDbType.Text, shares, share => share.Turn.Slots.Provider)
                        .Column(NpgsqlDbType.Text, shares, share => share.Tenant)
                        .Column(NpgsqlDbType.Bigint, shares, share => (long)share.Wanted)
                        .With(request.Now)
                        .With(request.Owner)
                        .With(request.Until),
                Read,
                cancellationToken
            )
            .ConfigureAwait(false);

        var byShare = rows.ToLookup(row => row.Number);
        for (var i = 0; i < shares.Count; i++)
        {
            LeasedRow[] leased = [.. byShare[i].OrderBy(row => row.WasDueAt).ThenBy(row => row.Delivery.Id)];
            shares[i].Turn.Add(shares[i].Tenant, leased, found: leased.Length);
        }
    }

    private LeasedRow[] TakenInTurn(TenantShares turn)
    {
        LeasedRow[] taken = [.. turn.GetRowsInTurn()];
        _lastServed[(turn.Slots.Priority, turn.Slots.Provider)] = taken.Length > 0 ? taken[^1].Delivery.Tenant : turn.LastTenant;
        return taken;
    }

    private async ValueTask<IReadOnlyList<Lease>> FinishAsync(
        NpgsqlConnection connection,
        LeasedRow[] rows,
        string owner,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var known = await contents
            .GetAsync(connection, rows.Select(row => row.Delivery.NotificationId), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new Lease
            {
                Delivery = row.Delivery.WithContent(known),
                Owner = owner,
                Fence = row.Fence,
                Until = until,
            }),
        ];
    }

    private static LeasedRow Read(NpgsqlDataReader row) =>
        new()
        {
            Delivery = DeliveryRow.ReadDelivery(row),
            Fence = row.GetInt64(DeliveryRow.ColumnCount),
            WasDueAt = row.Time(DeliveryRow.ColumnCount + 1),
            Number = row.GetInt32(DeliveryRow.ColumnCount + 2),
        };

    private static string NextTenant(string schema, string lane, string after) =>
        $"""
            SELECT d.tenant, d.due_at FROM {schema}.delivery d
            WHERE d.priority = {lane}.priority AND d.provider = {lane}.provider AND d.tenant > {after} AND d.due_at IS NOT NULL
            ORDER BY d.tenant, d.due_at LIMIT 1
            """;

    private static string Lease(string schema, string owner, string until) =>
        $"""
            UPDATE {schema}.delivery d SET owner = {owner}, due_at = {until}, fence = d.fence + 1
            FROM taken WHERE d.id = taken.id
            RETURNING {DeliveryRow.Columns}, d.fence, taken.due_at, taken.number
            """;
}
