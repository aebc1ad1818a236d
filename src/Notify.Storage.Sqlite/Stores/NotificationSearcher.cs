using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>
/// Searches for notifications by their progress and channels. It compares IDs and states, and reads only the notifications that
/// it returns. SQLite computes one row at a time, so the search ends as soon as it has found enough.
/// </summary>
internal static class NotificationSearcher
{
    private const string IsDead = "due_at IS NULL AND reason IS NOT NULL";
    private const string IsStopped = "due_at IS NULL AND reason IS NULL AND done < total";
    private const string IsCancelled = $"state = 3 AND reason IN ({NotificationStore.CancelReasons})";

    private static readonly string IsLarge = HasExpansion("done > @subscribers");

    private static readonly string HasChannel = $"CASE WHEN {IsLarge} THEN 1 ELSE {Has("delivery", "channel = @channel")} END";

    public static NotificationCandidates Run(SqliteConnection connection, NotificationSearch search)
    {
        using var statement = new Statement(connection, CreateSql(search));
        using var summary = new Statement(
            connection,
            $"SELECT {NotificationStore.SummaryColumns} FROM notify_notification n WHERE n.id = @id"
        );
        NotificationStore.Bind(statement, search.Filter, search.Before).Bind("@limit", search.MaxScanned);
        if (search.Part is not null || search.Channel is not null)
            statement.Bind("@subscribers", search.MaxSubscribers);
        if (search.Channel is { } channel)
            statement.Bind("@channel", channel.Name);

        var found = new List<NotificationSummary>();
        var scanned = 0;
        Guid? last = null;
        while (found.Count < search.Limit && statement.Read())
        {
            last = statement.Guid(0);
            scanned++;
            if (statement.Int32(1) == 1 && summary.Bind("@id", last).Read())
                found.Add(NotificationStore.ReadSummary(summary));
            summary.Reset();
        }

        return new NotificationCandidates
        {
            Items = found,
            Last = found.Count == search.Limit || scanned == search.MaxScanned ? last : null,
            Scanned = scanned,
        };
    }

    private static string CreateSql(NotificationSearch search)
    {
        var labels = NotificationLabel.GetAll(search.Filter).Count;
        var source = (search.Part, labels) switch
        {
            (ProgressPart.DeadLetter, 0) => CreateEnded("state = 2", IsDead),
            (ProgressPart.Cancelled, 0) => CreateEnded(IsCancelled, IsStopped),
            _ => $"source AS ({NotificationStore.CreateList("n.id", labels)})",
        };
        var condition = $"({CreateCondition(search.Part)}) AND {(search.Channel is null ? "1" : HasChannel)}";
        return $"WITH RECURSIVE {source} SELECT e.id, {condition} FROM source e WHERE e.id IS NOT NULL LIMIT @limit";
    }

    /// <summary>
    /// Jumps from notification to notification through partial indexes, which contain only what ended in this way.
    /// </summary>
    private static string CreateEnded(string row, string expansion) =>
        $"""
            source (id) AS (
                SELECT {Next("@to", row, expansion)}
              UNION ALL
                SELECT {Next("source.id", row, expansion)} FROM source WHERE source.id IS NOT NULL
            )
            """;

    private static string Next(string before, string row, string expansion) =>
        $"""
            (SELECT MAX(latest.id) FROM (
                {Latest("delivery", before, row)} UNION ALL {Latest("digest_event", before, row)}
                UNION ALL {Latest("expansion", before, expansion)}) latest)
            """;

    private static string Latest(string table, string before, string condition) =>
        $"""
            SELECT MAX(notification_id) AS id FROM notify_{table}
            WHERE tenant = @tenant AND {condition} AND notification_id >= @from AND notification_id < {before}
            """;

    private static string CreateCondition(ProgressPart? part) =>
        part switch
        {
            null => "1",
            ProgressPart.Waiting => $"""
                CASE WHEN {HasExpansion("due_at IS NOT NULL")} THEN 1 WHEN {IsLarge} THEN 0
                ELSE {HasDeliveryOrEvent("state NOT IN (1, 2, 3)")} END
                """,
            ProgressPart.Sent => CreateSmall(HasDeliveryOrEvent("state = 1")),
            ProgressPart.DeadLetter => CreateSmall($"{HasDeliveryOrEvent("state = 2")} OR {HasExpansion(IsDead)}"),
            ProgressPart.Cancelled => CreateSmall($"{HasDeliveryOrEvent(IsCancelled)} OR {HasExpansion(IsStopped)}"),
            _ => CreateSmall(
                $"""
                NOT ({HasDeliveryOrEvent($"state <> 3 OR reason IN ({NotificationStore.CancelReasons})")}
                    OR {HasExpansion("due_at IS NOT NULL OR reason IS NOT NULL OR done < total")})
                """
            ),
        };

    private static string CreateSmall(string condition) => $"CASE WHEN {IsLarge} THEN 0 ELSE {condition} END";

    private static string HasDeliveryOrEvent(string condition) =>
        $"({Has("delivery", condition)} OR {Has("digest_event", condition)})";

    private static string HasExpansion(string condition) => Has("expansion", condition);

    private static string Has(string table, string condition) =>
        $"EXISTS (SELECT 1 FROM notify_{table} WHERE notification_id = e.id AND ({condition}))";
}
