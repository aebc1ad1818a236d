using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Stores;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>
/// The labels of notifications. Their primary key is the order of lists: a tenant's notifications with a label, by ID.
/// </summary>
internal sealed class NotificationLabels(string schema)
{
    private readonly string _insert = $"""
        INSERT INTO {schema}.notification_label (tenant, kind, value, notification_id)
        SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[], $4::uuid[])
        """;

    private readonly string _delete = $"DELETE FROM {schema}.notification_label WHERE notification_id = $1";

    /// <summary>Creates the statement that stores the labels of new notifications; null if they have none.</summary>
    public NpgsqlBatchCommand? Insert(IEnumerable<Notification> notifications)
    {
        (Notification Notification, NotificationLabel Label)[] rows =
        [
            .. notifications.SelectMany(
                notification => NotificationLabel.GetAll(notification.Trigger),
                (notification, label) => (notification, label)
            ),
        ];
        return rows.Length == 0
            ? null
            : CommandExtensions.Statement(_insert, parameters =>
                parameters
                    .Column(NpgsqlDbType.Text, rows, row => row.Notification.Tenant)
                    .Column(NpgsqlDbType.Smallint, rows, row => (short)row.Label.Kind)
                    .Column(NpgsqlDbType.Text, rows, row => row.Label.Value)
                    .Column(NpgsqlDbType.Uuid, rows, row => row.Notification.Id)
            );
    }

    /// <summary>Deletes the labels of a notification.</summary>
    public async ValueTask DeleteAsync(NpgsqlConnection connection, Guid notificationId, CancellationToken cancellationToken) =>
        await connection
            .ExecuteAsync(_delete, parameters => parameters.With(notificationId), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>
    /// Creates the query for the notifications with labels, newest first. Its parameters are the tenant, the lowest ID, the ID
    /// beyond the highest, the limit, and then the kind and the value of each label. The first label drives the search.
    /// </summary>
    /// <remarks>
    /// <c>OFFSET 0</c> keeps the server from joining whole tables. It reads the first label backwards, finds each notification
    /// and its other labels by ID, and stops at the limit, however many notifications have a label and whatever is known about
    /// the tables.
    /// </remarks>
    public string CreateQuery(string columns, int labels) =>
        $"""
            SELECT {columns} FROM {schema}.notification_label l
            CROSS JOIN LATERAL (
                SELECT {columns} FROM {schema}.notification n
                WHERE n.id = l.notification_id AND n.tenant = $1 AND {RetentionStore.IsKept(schema)}
                OFFSET 0) n
            WHERE l.tenant = $1 AND l.kind = $5 AND l.value = $6 AND l.notification_id >= $2
                AND l.notification_id < $3{CreateOthers(schema, labels, firstParameter: 5)}
            ORDER BY l.notification_id DESC LIMIT $4
            """;

    /// <summary>
    /// Creates the conditions on the labels after the first, for a query whose first label is <c>l</c> and whose first parameter
    /// is the tenant. The kind and the value of each label are two parameters.
    /// </summary>
    public static string CreateOthers(string schema, int labels, int firstParameter) =>
        string.Concat(
            Enumerable
                .Range(1, labels - 1)
                .Select(i =>
                    $"""
                         AND EXISTS (
                            SELECT 1 FROM {schema}.notification_label o
                            WHERE o.tenant = $1 AND o.kind = ${firstParameter + (2 * i)}
                                AND o.value = ${firstParameter + 1 + (2 * i)} AND o.notification_id = l.notification_id
                            OFFSET 0)
                        """
                )
        );
}
