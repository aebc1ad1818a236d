namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// The conditions of a search on a notification with the alias <c>e</c>. <c>OFFSET 0</c> keeps the server from joining whole
/// tables: it looks up the few rows of each notification.
/// </summary>
internal sealed class SearchConditions(string schema)
{
    /// <summary>The conditions on an expansion with the alias <c>x</c>. Partial indexes contain the last two.</summary>
    public const string IsRunning = "x.due_at IS NOT NULL";

    public const string IsDead = "x.due_at IS NULL AND x.reason IS NOT NULL";

    public const string IsStopped = "x.due_at IS NULL AND x.reason IS NULL AND x.done < x.total";

    /// <summary>Whether the notification has a delivery over the channel, or more deliveries than are examined.</summary>
    public string HasChannel => $"CASE WHEN {IsLarge} THEN true ELSE {HasDelivery("r.channel = $7")} END";

    private string IsLarge => HasExpansion("x.done > $6");

    public string Create(ProgressPart? part) =>
        part switch
        {
            null => "true",
            ProgressPart.Waiting => $"""
                CASE WHEN {HasExpansion(IsRunning)} THEN true WHEN {IsLarge} THEN false
                ELSE {HasDeliveryOrEvent("r.state NOT IN (1, 2, 3)")} END
                """,
            ProgressPart.Sent => CreateSmall(HasDeliveryOrEvent("r.state = 1")),
            ProgressPart.DeadLetter => CreateSmall($"{HasDeliveryOrEvent("r.state = 2")} OR {HasExpansion(IsDead)}"),
            ProgressPart.Cancelled => CreateSmall($"{HasDeliveryOrEvent(IsCancelled("r"))} OR {HasExpansion(IsStopped)}"),
            _ => CreateSmall(
                $"""
                NOT ({HasDeliveryOrEvent($"r.state <> 3 OR r.reason IN ({NotificationStore.CancelReasons})")}
                    OR {HasExpansion("x.due_at IS NOT NULL OR x.reason IS NOT NULL OR x.done < x.total")})
                """
            ),
        };

    /// <summary>The condition on a delivery or an event that a call or an erasure cancelled.</summary>
    public static string IsCancelled(string alias) =>
        $"{alias}.state = 3 AND {alias}.reason IN ({NotificationStore.CancelReasons})";

    // CASE, because the server may evaluate the operands of AND and OR in any order.
    private string CreateSmall(string condition) => $"CASE WHEN {IsLarge} THEN false ELSE {condition} END";

    private string HasDeliveryOrEvent(string condition) =>
        $"({HasDelivery(condition)} OR {Exists("digest_event r", "r", condition)})";

    private string HasDelivery(string condition) => Exists("delivery r", "r", condition);

    private string HasExpansion(string condition) => Exists("expansion x", "x", condition);

    private string Exists(string table, string alias, string condition) =>
        $"EXISTS (SELECT 1 FROM {schema}.{table} WHERE {alias}.notification_id = e.id AND ({condition}) OFFSET 0)";
}
