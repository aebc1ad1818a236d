using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps the inboxes of users. Every list and count reads one partial index, so an inbox may be large.</summary>
internal sealed class InboxStore(DatabaseWriter writer, StoreDatabase database) : IInboxStore
{
    private const string Columns =
        "id, notification_id, tenant, user_id, category, content, accepted_at, created_at, changed_at, read_at, first_read_at, "
        + "archived_at";

    public async ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var statement = new Statement(
                        writer.Connection,
                        $"""
                        INSERT OR IGNORE INTO notify_inbox_item ({Columns}) VALUES (@id, @notification_id, @tenant, @user_id,
                            @category, @content, @accepted_at, @created_at, @changed_at, @read_at, @first_read_at, @archived_at)
                        """
                    );
                    foreach (var item in items)
                        Add(statement, item);
                    return items.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            $"""
            SELECT {Columns} FROM notify_inbox_item
            WHERE tenant = @tenant AND user_id = @user_id AND {GetCondition(query.Filter)}
                {(query.After is null ? "" : "AND (created_at, id) < (@at, @id)")}
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """
        );
        statement.Bind("@tenant", query.Tenant).Bind("@user_id", query.UserId).Bind("@limit", query.Limit);
        if (query.After is { } after)
            statement.Bind("@at", after.At).Bind("@id", after.Id);
        return new(ReadAll(statement));
    }

    public ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
        string tenant,
        string userId,
        InboxPosition after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            $"""
            SELECT {Columns} FROM notify_inbox_item
            WHERE tenant = @tenant AND user_id = @user_id AND (changed_at, id) > (@at, @id)
            ORDER BY changed_at, id LIMIT @limit
            """
        );
        statement.Bind("@tenant", tenant).Bind("@user_id", userId).Bind("@at", after.At).Bind("@id", after.Id);
        return new(ReadAll(statement.Bind("@limit", limit)));
    }

    public ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT COUNT(*) FROM (
                SELECT 1 FROM notify_inbox_item WHERE tenant = @tenant AND user_id = @user_id AND read_at IS NULL LIMIT @limit)
            """
        );
        statement.Bind("@tenant", tenant).Bind("@user_id", userId).Bind("@limit", limit).Read();
        return new(statement.Int32(0));
    }

    public ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken) =>
        writer.RunAsync<IReadOnlyList<ChangedInboxItem>>(() => Mark(change), cancellationToken);

    public ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var statement = new Statement(
                    writer.Connection,
                    $"""
                    DELETE FROM notify_inbox_item WHERE id IN (
                        SELECT id FROM notify_inbox_item WHERE 1 = 1
                            {(removal.User is null ? "" : "AND tenant = @tenant AND user_id = @user_id")}
                            {(removal.AcceptedUntil is null ? "" : "AND accepted_at <= @accepted_until")}
                            {(removal.CreatedBefore is null ? "" : "AND created_at < @created_before")}
                        LIMIT @limit)
                    """
                );
                if (removal.User is { } user)
                    statement.Bind("@tenant", user.Tenant).Bind("@user_id", user.Id);
                if (removal.AcceptedUntil is { } until)
                    statement.Bind("@accepted_until", until);
                if (removal.CreatedBefore is { } before)
                    statement.Bind("@created_before", before);
                return statement.Bind("@limit", removal.Limit).Execute();
            },
            cancellationToken
        );

    // Only the writing thread changes items, so an item cannot change between the read and the update.
    private List<ChangedInboxItem> Mark(InboxChange change)
    {
        using var update = new Statement(
            writer.Connection,
            """
            UPDATE notify_inbox_item SET changed_at = @changed_at, read_at = @read_at, first_read_at = @first_read_at,
                archived_at = @archived_at
            WHERE id = @id
            """
        );
        List<ChangedInboxItem> changed =
        [
            .. FindToMark(change).Select(change.Apply).OfType<ChangedInboxItem>().Take(change.Limit),
        ];
        foreach (var item in changed.Select(one => one.Item))
        {
            update
                .Bind("@changed_at", item.ChangedAt)
                .Bind("@read_at", item.ReadAt)
                .Bind("@first_read_at", item.FirstReadAt)
                .Bind("@archived_at", item.ArchivedAt)
                .Bind("@id", item.Id)
                .Execute();
        }

        return changed;
    }

    private List<InboxItem> FindToMark(InboxChange change)
    {
        var condition = change.Mark switch
        {
            InboxMark.Read => "read_at IS NULL",
            InboxMark.Unread => "read_at IS NOT NULL AND archived_at IS NULL",
            InboxMark.Archived => "archived_at IS NULL",
            _ => "archived_at IS NOT NULL",
        };
        var wanted = change.Ids is null ? "created_at <= @at LIMIT @limit" : "id = @id";
        using var find = new Statement(
            writer.Connection,
            $"""
            SELECT {Columns} FROM notify_inbox_item
            WHERE tenant = @tenant AND user_id = @user_id AND {condition} AND {wanted}
            """
        );
        find.Bind("@tenant", change.Tenant).Bind("@user_id", change.UserId);
        return change.Ids is null
            ? ReadAll(find.Bind("@at", change.At).Bind("@limit", change.Limit))
            : [.. change.Ids.Distinct().SelectMany(id => ReadAll(find.Bind("@id", id)))];
    }

    private static string GetCondition(InboxFilter filter) =>
        filter switch
        {
            InboxFilter.Unread => "read_at IS NULL",
            InboxFilter.Archived => "archived_at IS NOT NULL",
            _ => "archived_at IS NULL",
        };

    private static void Add(Statement statement, InboxItem item) =>
        statement
            .Bind("@id", item.Id)
            .Bind("@notification_id", item.NotificationId)
            .Bind("@tenant", item.Tenant)
            .Bind("@user_id", item.UserId)
            .Bind("@category", item.Category)
            .Bind("@content", StoredForm.WriteContent(item.Content))
            .Bind("@accepted_at", item.AcceptedAt)
            .Bind("@created_at", item.CreatedAt)
            .Bind("@changed_at", item.ChangedAt)
            .Bind("@read_at", item.ReadAt)
            .Bind("@first_read_at", item.FirstReadAt)
            .Bind("@archived_at", item.ArchivedAt)
            .Execute();

    private static List<InboxItem> ReadAll(Statement statement)
    {
        var items = new List<InboxItem>();
        while (statement.Read())
        {
            items.Add(
                new InboxItem
                {
                    Id = statement.Guid(0),
                    NotificationId = statement.Guid(1),
                    Tenant = statement.Text(2),
                    UserId = statement.Text(3),
                    Category = statement.TextOrNull(4),
                    Content = StoredForm.ReadContent(statement.Blob(5)),
                    AcceptedAt = statement.Time(6),
                    CreatedAt = statement.Time(7),
                    ChangedAt = statement.Time(8),
                    ReadAt = statement.TimeOrNull(9),
                    FirstReadAt = statement.TimeOrNull(10),
                    ArchivedAt = statement.TimeOrNull(11),
                }
            );
        }

        return items;
    }
}
