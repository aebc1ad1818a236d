using Notify.Storage.PostgreSql.Connection;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>
/// Finds the tenants with due rows in a table that has the columns <c>tenant</c> and <c>due_at</c>. The query jumps from tenant
/// to tenant through an index, so a long backlog costs no more than a short one.
/// </summary>
internal sealed class TurnLeases(StoreDatabase database, string table)
{
    private readonly string _isAnyDue = $"SELECT EXISTS (SELECT 1 FROM {database.Schema}.{table} WHERE due_at <= $1)";

    // Part 1 covers the tenants after the one that was served last; part 2 those from the first up to that one.
    private readonly string _find = $"""
        WITH RECURSIVE waiting AS (
            SELECT part, up_to, ({Next(database.Schema, table, "after")}) AS tenant
            FROM (VALUES (1, $2::text, NULL::text), (2, '', $2::text)) AS half(part, after, up_to)
          UNION ALL
            SELECT part, up_to, ({Next(database.Schema, table, "waiting.tenant")}) FROM waiting
            WHERE tenant IS NOT NULL AND (up_to IS NULL OR tenant COLLATE "C" <= up_to)
        )
        SELECT tenant FROM waiting
        WHERE tenant IS NOT NULL AND (up_to IS NULL OR tenant COLLATE "C" <= up_to) AND tenant <> ALL($3)
            AND EXISTS (SELECT 1 FROM {database.Schema}.{table} t WHERE t.tenant = waiting.tenant AND t.due_at <= $1)
        ORDER BY part, tenant COLLATE "C" LIMIT $4
        """;

    public async ValueTask<IReadOnlyList<string>> FindAsync(DueRequest request, CancellationToken cancellationToken)
    {
        var isAnyDue = await database
            .QueryAsync(_isAnyDue, parameters => parameters.With(request.Now), row => row.GetBoolean(0), cancellationToken)
            .ConfigureAwait(false);
        return isAnyDue[0]
            ? await database
                .QueryAsync(
                    _find,
                    parameters =>
                        parameters
                            .With(request.Now)
                            .With(request.AfterTenant)
                            .With(request.ExceptTenants.ToArray())
                            .With(request.MaxTenants),
                    row => row.GetString(0),
                    cancellationToken
                )
                .ConfigureAwait(false)
            : [];
    }

    private static string Next(string schema, string table, string after) =>
        $"""
            SELECT t.tenant FROM {schema}.{table} t
            WHERE t.tenant > {after} AND t.due_at IS NOT NULL ORDER BY t.tenant LIMIT 1
            """;
}
