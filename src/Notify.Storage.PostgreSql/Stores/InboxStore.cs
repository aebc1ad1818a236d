using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores the inboxes of users. Every list and count reads one partial index, so an inbox may be large.</summary>
internal sealed class InboxStore(StoreDatabase database) : IInboxStore
{
    private const string Columns =
        "id, notification_id, tenant, user_id, category, content, accepted_at, created_at, changed_at, read_at, first_read_at, "
        + "archived_at";

    private readonly string _add = $"""
        INSERT INTO {database.Schema}.inbox_item ({Columns})
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[],
            $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
        ON CONFLICT DO NOTHING
        """;

    private readonly string _changes = $"""
        SELECT {Columns} FROM {database.Schema}.inbox_item
        WHERE tenant = $1 AND user_id = $2 AND (changed_at, id) > ($3, $4) ORDER BY changed_at, id LIMIT $5
        """;

    private readonly string _count = $"""
        SELECT count(*)::integer FROM (
            SELECT 1 FROM {database.Schema}.inbox_item WHERE tenant = $1 AND user_id = $2 AND read_at IS NULL LIMIT $3) AS unread
        """;

    public async ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken)
    {
        // Ordered by id, so that two calls with the same items do not deadlock.
        InboxItem[] rows = [.. items.OrderBy(item => item.Id)];
        await database
            .TransactAsync(
                (connection, cancellation) => connection.ExecuteAsync(_add, parameters => Bind(parameters, rows), cancellation),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT {Columns} FROM {database.Schema}.inbox_item
            WHERE tenant = $1 AND user_id = $2 AND {GetCondition(query.Filter)}
                {(query.After is null ? "" : "AND (created_at, id) < ($4, $5)")}
            ORDER BY created_at DESC, id DESC LIMIT $3
            """;
        return await database
            .QueryAsync(
                sql,
                parameters =>
                {
                    parameters.With(query.Tenant).With(query.UserId).With(query.Limit);
                    if (query.After is { } after)
                        parameters.With(after.At).With(after.Id);
                },
                Read,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
        string tenant,
        string userId,
        InboxPosition after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _changes,
                parameters => parameters.With(tenant).With(userId).With(after.At).With(after.Id).With(limit),
                Read,
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken)
    {
        var counts = await database
            .QueryAsync(
                _count,
                parameters => parameters.With(tenant).With(userId).With(limit),
                row => row.GetInt32(0),
                cancellationToken
            )
            .ConfigureAwait(false);
        return counts[0];
    }

    public async ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken)
    {
        var (condition, assignments) = GetUpdate(change.Mark);
        // The lock makes concurrent calls wait; the condition is then checked again, so only one of them changes an item.
        var sql = $"""
            WITH old AS (
                SELECT id, first_read_at FROM {database.Schema}.inbox_item
                WHERE tenant = $1 AND user_id = $2 AND {condition}
                    AND {(change.Ids is null ? "created_at <= $3" : "id = ANY($5)")}
                ORDER BY id LIMIT $4 FOR UPDATE
            )
            UPDATE {database.Schema}.inbox_item i SET {assignments}, changed_at = $3 FROM old WHERE i.id = old.id
            RETURNING {GetColumns("i")}, old.first_read_at IS NULL AND i.first_read_at IS NOT NULL
            """;
        return await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.QueryAsync(
                        sql,
                        parameters =>
                        {
                            parameters.With(change.Tenant).With(change.UserId).With(change.At).With(change.Limit);
                            if (change.Ids is { } ids)
                                parameters.With(ids.ToArray());
                        },
                        row => new ChangedInboxItem(Read(row), row.GetBoolean(12)),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken)
    {
        var sql = $"""
            DELETE FROM {database.Schema}.inbox_item WHERE id = ANY(ARRAY(
                SELECT id FROM {database.Schema}.inbox_item
                WHERE ($1::text IS NULL OR (tenant = $1 AND user_id = $2)) AND ($3::timestamptz IS NULL OR accepted_at <= $3)
                    AND ($4::timestamptz IS NULL OR created_at < $4)
                ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED))
            """;
        return await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        sql,
                        parameters =>
                            parameters
                                .WithOrNull(NpgsqlDbType.Text, removal.User?.Tenant)
                                .WithOrNull(NpgsqlDbType.Text, removal.User?.Id)
                                .WithOrNull(removal.AcceptedUntil)
                                .WithOrNull(removal.CreatedBefore)
                                .With(removal.Limit),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static string GetCondition(InboxFilter filter) =>
        filter switch
        {
            InboxFilter.Unread => "read_at IS NULL",
            InboxFilter.Archived => "archived_at IS NOT NULL",
            _ => "archived_at IS NULL",
        };

    // The same rules as InboxChange.Apply.
    private static (string Condition, string Assignments) GetUpdate(InboxMark mark)
    {
        const string read = "read_at = COALESCE(i.read_at, $3), first_read_at = COALESCE(i.first_read_at, $3)";
        return mark switch
        {
            InboxMark.Read => ("read_at IS NULL", read),
            InboxMark.Unread => ("read_at IS NOT NULL AND archived_at IS NULL", "read_at = NULL"),
            InboxMark.Archived => ("archived_at IS NULL", $"archived_at = $3, {read}"),
            _ => ("archived_at IS NOT NULL", "archived_at = NULL"),
        };
    }

    private static string GetColumns(string table) =>
        string.Join(", ", Columns.Split(", ").Select(column => $"{table}.{column}"));

    private static void Bind(NpgsqlParameterCollection parameters, InboxItem[] rows) =>
        parameters
            .Column(NpgsqlDbType.Uuid, rows, item => item.Id)
            .Column(NpgsqlDbType.Uuid, rows, item => item.NotificationId)
            .Column(NpgsqlDbType.Text, rows, item => item.Tenant)
            .Column(NpgsqlDbType.Text, rows, item => item.UserId)
            .Column(NpgsqlDbType.Text, rows, item => item.Category)
            .Column(NpgsqlDbType.Bytea, rows, item => StoredForm.WriteContent(item.Content))
            .Column(NpgsqlDbType.TimestampTz, rows, item => item.AcceptedAt.ToDatabase())
            .Column(NpgsqlDbType.TimestampTz, rows, item => item.CreatedAt.ToDatabase())
            .Column(NpgsqlDbType.TimestampTz, rows, item => item.ChangedAt.ToDatabase())
            .Column(NpgsqlDbType.TimestampTz, rows, item => item.ReadAt?.ToDatabase())
            .Column(NpgsqlDbType.TimestampTz, rows, item => item.FirstReadAt?.ToDatabase())
            .Column(NpgsqlDbType.TimestampTz, rows, item => item.ArchivedAt?.ToDatabase());

    private static InboxItem Read(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            NotificationId = row.GetGuid(1),
            Tenant = row.GetString(2),
            UserId = row.GetString(3),
            Category = row.IsDBNull(4) ? null : row.GetString(4),
            Content = StoredForm.ReadContent(row.GetFieldValue<byte[]>(5)),
            AcceptedAt = row.GetFieldValue<DateTimeOffset>(6),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(7),
            ChangedAt = row.GetFieldValue<DateTimeOffset>(8),
            ReadAt = ReadTime(row, 9),
            FirstReadAt = ReadTime(row, 10),
            ArchivedAt = ReadTime(row, 11),
        };

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
