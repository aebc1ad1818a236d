using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// Purges the deliveries of ended notifications in the order in which these were accepted, which is nearly that of the rows on
/// disk.
/// </summary>
internal sealed class DeliveryPurge(StoreDatabase database, PurgeSteps steps)
{
    private readonly string _findOld = FindOld(database.Schema);
    private readonly string _findNext = FindNext(database.Schema);
    private readonly string _purge = Purge(database.Schema);

    /// <summary>
    /// Creates the query for the notifications of the next old deliveries ($1: those after this ID; $2: the ID beyond; $3: how
    /// many deliveries): whether each has ended, as far as its deliveries were read, and how many these are.
    /// </summary>
    /// <remarks>
    /// It reads a range of one index, without an upper bound: the server might expect few rows between two bounds, and sort all
    /// of them. Each further check is a subquery for one notification: an EXISTS may become a hash table of everything that
    /// waits.
    /// </remarks>
    public static string FindOld(string schema) =>
        $"""
            SELECT old.notification_id, old.have_ended AND {HasNothingElse(schema, "old")}, old.deliveries
            FROM (
                SELECT d.notification_id, bool_and(d.due_at IS NULL) AS have_ended, count(*)::integer AS deliveries
                FROM (
                    SELECT notification_id, due_at FROM {schema}.delivery
                    WHERE notification_id > $1 ORDER BY notification_id, id LIMIT $3) AS d
                WHERE d.notification_id < $2 GROUP BY d.notification_id) AS old
            ORDER BY old.notification_id
            """;

    /// <summary>
    /// Creates the query for the next old notification, which may have a million deliveries, and whether it has ended.
    /// </summary>
    public static string FindNext(string schema) =>
        $"""
            SELECT next.notification_id, COALESCE(
                (SELECT FALSE FROM {schema}.delivery d
                    WHERE d.notification_id = next.notification_id AND d.due_at IS NOT NULL LIMIT 1),
                {HasNothingElse(schema, "next")})
            FROM (
                SELECT d.notification_id FROM {schema}.delivery d
                WHERE d.notification_id > $1 AND d.notification_id < $2 ORDER BY d.notification_id LIMIT 1) AS next
            """;

    /// <summary>
    /// Creates the statement that deletes deliveries ($3: how many) of ended notifications ($1: their IDs) that were accepted
    /// before a time ($2). It finds each row once, and deletes it where it was found.
    /// </summary>
    public static string Purge(string schema) =>
        $"""
            DELETE FROM {schema}.delivery WHERE ctid = ANY(ARRAY(
                SELECT found.ctid FROM unnest($1::uuid[]) AS ended(id) CROSS JOIN LATERAL (
                    SELECT d.ctid FROM {schema}.delivery d
                    WHERE d.notification_id = ended.id AND d.due_at IS NULL AND d.accepted_at < $2
                    LIMIT $3 FOR UPDATE SKIP LOCKED) AS found
                LIMIT $3))
            RETURNING notification_id
            """;

    public async ValueTask<long> RunAsync(DateTimeOffset acceptedBefore, int most, CancellationToken cancellationToken)
    {
        var beyond = IdRange.GetLowestId(acceptedBefore.AddMilliseconds(1));
        var pace = steps.CreatePace();
        var purged = 0L;
        for (var after = Guid.Empty; ; )
        {
            pace.Begin();
            var (page, isLast) = await FindAsync(after, beyond, most, cancellationToken).ConfigureAwait(false);
            Guid[] ended = [.. page.Where(notification => notification.HasEnded).Select(notification => notification.Id)];
            purged += await PurgeAsync(ended, acceptedBefore, most, pace, cancellationToken).ConfigureAwait(false);
            if (isLast)
                return purged;

            after = page[^1].Id;
            await pace.RestAsync(IdRange.GetTime(after), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds the next old notifications, and whether there are no more.</summary>
    private async ValueTask<(List<(Guid Id, bool HasEnded)> Page, bool IsLast)> FindAsync(
        Guid after,
        Guid beyond,
        int most,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .QueryAsync(
                _findOld,
                parameters => parameters.With(after).With(beyond).With(most),
                row => (Id: row.GetGuid(0), HasEnded: row.GetBoolean(1), Deliveries: row.GetInt32(2)),
                cancellationToken
            )
            .ConfigureAwait(false);
        var isLast = found.Sum(notification => notification.Deliveries) < most;
        // The last one may have further deliveries, and is read again with them.
        if (isLast || found.Count > 1)
            return ([.. found.Take(isLast ? found.Count : found.Count - 1).Select(one => (one.Id, one.HasEnded))], isLast);

        var next = await database
            .QueryAsync(
                _findNext,
                parameters => parameters.With(after).With(beyond),
                row => (row.GetGuid(0), row.GetBoolean(1)),
                cancellationToken
            )
            .ConfigureAwait(false);
        // It is gone if another process has purged it meanwhile.
        return next.Count > 0 ? (next, false) : ([(found[0].Id, false)], false);
    }

    private async ValueTask<long> PurgeAsync(
        Guid[] ended,
        DateTimeOffset acceptedBefore,
        int most,
        PurgePace pace,
        CancellationToken cancellationToken
    )
    {
        var purged = 0L;
        while (ended.Length > 0)
        {
            var step = await steps
                .DeleteAsync(
                    _purge,
                    parameters => parameters.With(ended).With(acceptedBefore).With(most),
                    row => row.GetGuid(0),
                    cancellationToken
                )
                .ConfigureAwait(false);
            purged += step.Count;
            if (step.Count < most)
                break;

            // The last of them may have more.
            var last = Array.FindLastIndex(ended, step.ToHashSet().Contains);
            ended = ended[last..];
            await pace.RestAsync(IdRange.GetTime(ended[0]), cancellationToken).ConfigureAwait(false);
            pace.Begin();
        }

        return purged;
    }

    private static string HasNothingElse(string schema, string notification) =>
        $"""
            COALESCE(
                (SELECT FALSE FROM {schema}.expansion e
                    WHERE e.notification_id = {notification}.notification_id AND e.due_at IS NOT NULL LIMIT 1),
                (SELECT FALSE FROM {schema}.digest_event e
                    WHERE e.notification_id = {notification}.notification_id AND e.state = {(int)CollectedState.Waiting} LIMIT 1),
                TRUE)
            """;
}
