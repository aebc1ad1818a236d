using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Reads notifications and deliveries, on connections other than the writer's.</summary>
internal sealed class NotificationStore(StoreDatabase database) : INotificationStore
{
    /// <summary>The columns of a notification with the alias <c>n</c> that a list needs.</summary>
    public const string SummaryColumns = "n.id, n.accepted_at, n.expires_at, n.trigger";

    /// <summary>The reasons of what a call or an erasure cancelled, as a list of SQL.</summary>
    public const string CancelReasons = $"'{NotificationProgress.CancelReason}', '{Erasure.Reason}'";

    private const string Count = $"""
        SELECT 0, state, COALESCE(reason IN ({CancelReasons}), 0), COUNT(*), channel FROM notify_delivery
        WHERE notification_id = @id AND tenant = @tenant
            AND NOT EXISTS (SELECT 1 FROM notify_expansion WHERE notification_id = @id AND done > @max)
        GROUP BY 2, 3, 5
        UNION ALL
        SELECT 1, state, COALESCE(reason IN ({CancelReasons}), 0), COUNT(*), '' FROM notify_digest_event
        WHERE notification_id = @id AND tenant = @tenant GROUP BY 2, 3
        UNION ALL
        SELECT 2, CASE WHEN due_at IS NOT NULL THEN 0 WHEN reason IS NOT NULL THEN 2 WHEN done < total THEN 3 ELSE 1 END, 0,
            done, ''
        FROM notify_expansion WHERE notification_id = @id AND tenant = @tenant
        """;

    public ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        return new(Find(connection, tenant, id));
    }

    public static Notification? Find(SqliteConnection connection, string tenant, Guid id)
    {
        using var statement = new Statement(
            connection,
            "SELECT accepted_at, expires_at, trigger, contents FROM notify_notification WHERE id = @id AND tenant = @tenant"
        );
        if (!statement.Bind("@id", id).Bind("@tenant", tenant).Read())
            return null;

        var contents = StoredForm.ReadContents(statement.Blob(3));
        return new Notification
        {
            Id = id,
            AcceptedAt = statement.Time(0),
            ExpiresAt = statement.Time(1),
            Trigger = StoredForm.ReadTrigger(statement.Blob(2)),
            Contents = contents.Variants,
            TemplateVersion = contents.TemplateVersion,
            TraceParent = contents.TraceParent,
        };
    }

    public ValueTask<KeyHolder?> FindKeyAsync(string tenant, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT fingerprint, notification_id FROM notify_idempotency
            WHERE tenant = @tenant AND key = @key AND expires_at > @now
            """
        );
        statement.Bind("@tenant", tenant).Bind("@key", key).Bind("@now", now);
        return new(statement.Read() ? new KeyHolder(statement.Guid(1), statement.Blob(0).ToArray()) : null);
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var contents = new ContentReader(connection);
        using var statement = new Statement(
            connection,
            $"""
            SELECT {DeliveryRow.Columns} FROM notify_delivery
            WHERE notification_id = @notification_id AND tenant = @tenant AND id > COALESCE(@after, x'') ORDER BY id LIMIT @limit
            """
        );
        statement.Bind("@notification_id", notificationId).Bind("@tenant", tenant).Bind("@after", after).Bind("@limit", limit);

        var records = new List<DeliveryRecord>();
        while (statement.Read())
            records.Add(DeliveryRow.ReadRecord(statement, contents));
        return new(records);
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var contents = new ContentReader(connection);
        using var statement = new Statement(
            connection,
            $"SELECT {DeliveryRow.Columns} FROM notify_delivery WHERE id = @id AND tenant = @tenant"
        );
        statement.Bind("@id", id).Bind("@tenant", tenant);
        return new(statement.Read() ? DeliveryRow.ReadRecord(statement, contents) : null);
    }

    public ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, CreateList(SummaryColumns, NotificationLabel.GetAll(filter).Count));
        Bind(statement, filter, before).Bind("@limit", limit);
        var found = new List<NotificationSummary>();
        while (statement.Read())
            found.Add(ReadSummary(statement));
        return new(found);
    }

    public ValueTask<NotificationCandidates> SearchAsync(NotificationSearch search, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        return new(NotificationSearcher.Run(connection, search));
    }

    /// <summary>Reads a row of <see cref="SummaryColumns"/>.</summary>
    public static NotificationSummary ReadSummary(Statement row) =>
        new()
        {
            Id = row.Guid(0),
            AcceptedAt = row.Time(1),
            ExpiresAt = row.Time(2),
            Trigger = StoredForm.ReadTrigger(row.Blob(3)),
        };

    /// <summary>Creates the query for notifications with a number of labels, newest first.</summary>
    public static string CreateList(string columns, int labels)
    {
        var id = labels == 0 ? "n.id" : "l0.notification_id";
        return $"""
            SELECT {columns} FROM {CreateSource(labels)} AND {id} >= @from AND {id} < @to ORDER BY {id} DESC LIMIT @limit
            """;
    }

    /// <summary>Binds the parameters of <see cref="CreateList"/> except the limit.</summary>
    public static Statement Bind(Statement statement, NotificationFilter filter, Guid? before)
    {
        var (from, to) = IdRange.Create(filter, before);
        statement.Bind("@tenant", filter.Tenant).Bind("@from", from ?? Guid.Empty).Bind("@to", to ?? Guid.AllBitsSet);
        var labels = NotificationLabel.GetAll(filter);
        for (var i = 0; i < labels.Count; i++)
            statement.Bind($"@kind{i}", (long)labels[i].Kind).Bind($"@value{i}", labels[i].Value);
        return statement;
    }

    // CROSS JOIN fixes the order: the index of the first label drives the search, and the others are looked up in it.
    private static string CreateSource(int labels)
    {
        if (labels == 0)
            return "notify_notification n WHERE n.tenant = @tenant";

        var all = Enumerable.Range(0, labels);
        return string.Join(" CROSS JOIN ", [.. all.Select(i => $"notify_label l{i}"), "notify_notification n"])
            + " WHERE n.id = l0.notification_id AND n.tenant = @tenant"
            + string.Concat(
                all.Select(i =>
                    $" AND l{i}.tenant = @tenant AND l{i}.kind = @kind{i} AND l{i}.value = @value{i}"
                    + (i == 0 ? "" : $" AND l{i}.notification_id = l0.notification_id")
                )
            );
    }

    // SQLite runs in the process, so one short statement for each notification costs no more than one for all.
    public ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        string tenant,
        IReadOnlyCollection<Guid> notificationIds,
        long maxSubscribers,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Count);
        var rows = new List<ProgressRow>();
        foreach (var id in notificationIds.Distinct())
        {
            statement.Bind("@id", id).Bind("@tenant", tenant).Bind("@max", maxSubscribers);
            while (statement.Read())
            {
                rows.Add(
                    new ProgressRow
                    {
                        NotificationId = id,
                        Kind = (ProgressRowKind)statement.Int32(0),
                        State = statement.Int32(1),
                        Channel = Channel.TryParse(statement.Text(4), out var channel) ? channel : default,
                        IsCancelled = statement.Int32(2) == 1,
                        Count = statement.Int64(3),
                    }
                );
            }

            statement.Reset();
        }

        return new(NotificationProgress.Create(rows, maxSubscribers));
    }
}
