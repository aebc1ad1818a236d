using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Schema;

/// <summary>
/// Creates and updates the tables, step by step. A released step is never changed. Times are .NET ticks in UTC.
/// </summary>
internal static class SchemaSteps
{
    private static readonly string[] Steps =
    [
        InitialSchema.Sql,
        """
            CREATE TABLE notify_shared_token (
                name TEXT NOT NULL PRIMARY KEY,
                value BLOB NOT NULL,
                issued_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        """
            CREATE INDEX notify_idempotency_expired ON notify_idempotency (expires_at);
            CREATE INDEX notify_throttle_taken ON notify_throttle (taken_at);
            CREATE INDEX notify_count_minute ON notify_count (minute);
            """,
        // Devices by user, topics that outlive their subscribers, and the data for checking a delivery before it is sent.
        """
            CREATE TABLE notify_device_of_user (
                tenant TEXT NOT NULL,
                user_id TEXT NOT NULL,
                id TEXT NOT NULL,
                platform INTEGER NOT NULL,
                token TEXT NOT NULL,
                app TEXT,
                locale TEXT,
                time_zone TEXT,
                registered_at INTEGER NOT NULL,
                last_seen_at INTEGER NOT NULL,
                pruned_at INTEGER,
                prune_reason TEXT,
                PRIMARY KEY (tenant, user_id, id)
            ) STRICT, WITHOUT ROWID;

            INSERT INTO notify_device_of_user
                (tenant, user_id, id, platform, token, app, locale, time_zone,
                registered_at, last_seen_at, pruned_at, prune_reason)
            SELECT tenant, user_id, id, platform, token, app, locale, time_zone,
                registered_at, last_seen_at, pruned_at, prune_reason
            FROM notify_device;
            DROP TABLE notify_device;
            ALTER TABLE notify_device_of_user RENAME TO notify_device;
            CREATE UNIQUE INDEX notify_device_token ON notify_device (tenant, token, COALESCE(app, ''));

            CREATE TABLE notify_topic (
                tenant TEXT NOT NULL,
                topic TEXT NOT NULL,
                PRIMARY KEY (tenant, topic)
            ) STRICT, WITHOUT ROWID;

            INSERT INTO notify_topic SELECT DISTINCT tenant, topic FROM notify_subscription;

            ALTER TABLE notify_delivery ADD COLUMN topic TEXT;
            ALTER TABLE notify_delivery ADD COLUMN device_id TEXT;
            """,
        """
            CREATE INDEX notify_notification_tenant ON notify_notification (tenant, id);
            """,
        "ALTER TABLE notify_template ADD COLUMN kept_until INTEGER",
        // Events that an earlier version collected do not name their notification, so the tables are recreated empty.
        """
            DROP TABLE notify_digest;
            DROP TABLE notify_digest_event;

            CREATE TABLE notify_digest (
                id BLOB NOT NULL PRIMARY KEY,
                tenant TEXT NOT NULL,
                user_id TEXT,
                due_at INTEGER NOT NULL,
                failures INTEGER NOT NULL,
                fence INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_digest_due ON notify_digest (due_at);
            CREATE INDEX notify_digest_tenant ON notify_digest (tenant, due_at);
            CREATE INDEX notify_digest_user ON notify_digest (tenant, user_id) WHERE user_id IS NOT NULL;

            -- An event that has ended has no trigger any more.
            CREATE TABLE notify_digest_event (
                id BLOB NOT NULL PRIMARY KEY,
                digest_id BLOB NOT NULL,
                notification_id BLOB NOT NULL,
                tenant TEXT NOT NULL,
                user_id TEXT,
                due_at INTEGER NOT NULL,
                template_version INTEGER NOT NULL,
                trigger BLOB,
                state INTEGER NOT NULL,
                summary_id BLOB,
                reason TEXT
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_digest_event_waiting ON notify_digest_event (digest_id, id) WHERE state = 0;
            CREATE INDEX notify_digest_event_notification ON notify_digest_event (notification_id, id);
            CREATE INDEX notify_digest_event_summary ON notify_digest_event (summary_id, id) WHERE summary_id IS NOT NULL;

            ALTER TABLE notify_expansion ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE notify_expansion ADD COLUMN reason TEXT;
            CREATE INDEX notify_expansion_tenant ON notify_expansion (tenant, due_at) WHERE due_at IS NOT NULL;
            """,
        """
            CREATE TABLE notify_erasure (
                tenant TEXT NOT NULL,
                user_id TEXT NOT NULL,
                requested_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, user_id)
            ) STRICT, WITHOUT ROWID;
            """,
        // The addresses that a broadcast has reached. Other deliveries have no key, so they are not in the index.
        """
            ALTER TABLE notify_delivery ADD COLUMN address_key BLOB;
            CREATE INDEX notify_delivery_reached ON notify_delivery (notification_id, address_key) WHERE address_key IS NOT NULL;
            """,
        // Moves the preferences out of the profiles. Either may be missing from now on.
        """
            CREATE TABLE notify_user_with_preferences (
                tenant TEXT NOT NULL,
                id TEXT NOT NULL,
                body BLOB,
                preferences BLOB,
                PRIMARY KEY (tenant, id)
            ) STRICT, WITHOUT ROWID;

            INSERT INTO notify_user_with_preferences (tenant, id, body, preferences)
            SELECT tenant, id, CAST(json_remove(CAST(body AS TEXT), '$.preferences') AS BLOB), (
                SELECT CAST(json_group_array(json_object(
                    'category', value ->> '$.category', 'channel', value ->> '$.channel',
                    'status', IIF(value ->> '$.wanted', 'optedIn', 'optedOut'), 'source', 'api',
                    'changedAt', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) AS BLOB)
                FROM json_each(CAST(body AS TEXT), '$.preferences')
                HAVING COUNT(*) > 0)
            FROM notify_user;
            DROP TABLE notify_user;
            ALTER TABLE notify_user_with_preferences RENAME TO notify_user;
            """,
        // The content of a delivery that shares none with others.
        "ALTER TABLE notify_delivery ADD COLUMN content BLOB",
        // Platforms are stored by name: a provider may declare one that Notify does not know. The columns are INTEGER in STRICT
        // tables, so new ones take their place.
        """
            ALTER TABLE notify_delivery ADD COLUMN platform_name TEXT;
            UPDATE notify_delivery SET platform_name = CASE platform WHEN 0 THEN 'android' WHEN 1 THEN 'ios' ELSE 'web' END
                WHERE platform IS NOT NULL;
            ALTER TABLE notify_delivery DROP COLUMN platform;
            ALTER TABLE notify_delivery RENAME COLUMN platform_name TO platform;

            ALTER TABLE notify_device ADD COLUMN platform_name TEXT NOT NULL DEFAULT 'web';
            UPDATE notify_device SET platform_name = CASE platform WHEN 0 THEN 'android' ELSE 'ios' END WHERE platform < 2;
            ALTER TABLE notify_device DROP COLUMN platform;
            ALTER TABLE notify_device RENAME COLUMN platform_name TO platform;
            """,
        // The labels of notifications: references, cancellation keys and tags.
        """
            CREATE TABLE notify_label (
                tenant TEXT NOT NULL,
                kind INTEGER NOT NULL,
                value TEXT NOT NULL,
                notification_id BLOB NOT NULL,
                PRIMARY KEY (tenant, kind, value, notification_id)
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_label_notification ON notify_label (notification_id);
            """,
        // Tenants and IDs are UTF-8 bytes, because a text ends at its first U+0000. Not WITHOUT ROWID: contents are large.
        """
            CREATE TABLE notify_document (
                collection TEXT NOT NULL,
                tenant BLOB NOT NULL,
                id BLOB NOT NULL,
                content BLOB NOT NULL,
                PRIMARY KEY (collection, tenant, id)
            ) STRICT;

            CREATE INDEX notify_document_id ON notify_document (collection, id, tenant);
            """,
        // The inboxes of users. The lists of unread and of archived items have their own small indexes.
        """
            CREATE TABLE notify_inbox_item (
                id BLOB NOT NULL PRIMARY KEY,
                notification_id BLOB NOT NULL,
                tenant TEXT NOT NULL,
                user_id TEXT NOT NULL,
                category TEXT,
                content BLOB NOT NULL,
                accepted_at INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                changed_at INTEGER NOT NULL,
                read_at INTEGER,
                first_read_at INTEGER,
                archived_at INTEGER
            ) STRICT;

            CREATE INDEX notify_inbox_current ON notify_inbox_item (tenant, user_id, created_at, id) WHERE archived_at IS NULL;
            CREATE INDEX notify_inbox_unread ON notify_inbox_item (tenant, user_id, created_at, id) WHERE read_at IS NULL;
            CREATE INDEX notify_inbox_archived ON notify_inbox_item (tenant, user_id, created_at, id)
                WHERE archived_at IS NOT NULL;
            CREATE INDEX notify_inbox_changed ON notify_inbox_item (tenant, user_id, changed_at, id);
            CREATE INDEX notify_inbox_created ON notify_inbox_item (created_at);
            """,
        // Counts with more names, and the checkpoints of their sources.
        """
            CREATE TABLE notify_analytics (
                tenant TEXT NOT NULL,
                time INTEGER NOT NULL,
                resolution INTEGER NOT NULL,
                measure INTEGER NOT NULL,
                detail TEXT NOT NULL,
                channel TEXT NOT NULL,
                provider TEXT NOT NULL,
                template TEXT NOT NULL,
                workflow TEXT NOT NULL,
                category TEXT NOT NULL,
                value INTEGER NOT NULL,
                PRIMARY KEY (tenant, time, resolution, measure, detail, channel, provider, template, workflow, category)
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_analytics_age ON notify_analytics (resolution, time);

            CREATE TABLE notify_analytics_checkpoint (
                source TEXT PRIMARY KEY,
                position INTEGER NOT NULL,
                state BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            INSERT INTO notify_analytics
                SELECT tenant, minute, 0, state, '', channel, provider, '', '', '', count FROM notify_count;
            DROP TABLE notify_count;
            """,
        // The address of a delivery with a collapse key in the form in which addresses are compared.
        """
            ALTER TABLE notify_delivery ADD COLUMN collapse_address TEXT;
            UPDATE notify_delivery SET collapse_address = IIF(channel = 'email', lower(address), address)
                WHERE collapse_key IS NOT NULL AND due_at IS NOT NULL;
            DROP INDEX notify_delivery_collapse;
            CREATE INDEX notify_delivery_collapse ON notify_delivery (tenant, collapse_key, collapse_address)
                WHERE collapse_key IS NOT NULL AND due_at IS NOT NULL;
            """,
        // The search for notifications by what became of them. Deliveries that are sent pay nothing.
        """
            CREATE INDEX notify_delivery_failed ON notify_delivery (tenant, notification_id) WHERE state = 2;
            CREATE INDEX notify_delivery_cancelled ON notify_delivery (tenant, notification_id)
                WHERE state = 3 AND reason IN ('cancelled', 'the user was deleted');
            CREATE INDEX notify_digest_event_failed ON notify_digest_event (tenant, notification_id) WHERE state = 2;
            CREATE INDEX notify_digest_event_cancelled ON notify_digest_event (tenant, notification_id)
                WHERE state = 3 AND reason IN ('cancelled', 'the user was deleted');
            CREATE INDEX notify_expansion_ended ON notify_expansion (tenant, notification_id) WHERE due_at IS NULL;
            """,
        // The dead letters of a provider in the order of a list. The index of all dead letters has this order already: the table
        // has no row IDs, so the key of each of its indexes ends with the ID.
        "CREATE INDEX notify_delivery_dead_provider ON notify_delivery (tenant, provider, ended_at) WHERE state = 2",
    ];

    /// <summary>
    /// Applies the missing steps. Processes that start at the same time wait for each other. If no step is missing, no lock is
    /// taken, because the caller may already hold it in a transaction.
    /// </summary>
    /// <exception cref="InvalidOperationException">A newer version of Notify has updated the database.</exception>
    public static void Migrate(SqliteConnection connection)
    {
        Execute(connection, "CREATE TABLE IF NOT EXISTS notify_schema (version INTEGER NOT NULL) STRICT");
        if (ReadVersion(connection) == Steps.Length)
            return;

        using var transaction = connection.BeginTransaction(deferred: false);
        var version = ReadVersion(connection);
        if (version > Steps.Length)
            throw new InvalidOperationException(
                $"The database has schema {version}, but this version of Notify supports {Steps.Length}. Update the package."
            );

        foreach (var step in Steps.Skip(version))
            Execute(connection, step);
        Execute(connection, $"DELETE FROM notify_schema; INSERT INTO notify_schema VALUES ({Steps.Length})");
        transaction.Commit();
    }

    private static int ReadVersion(SqliteConnection connection)
    {
        using var statement = new Statement(connection, "SELECT COALESCE(MAX(version), 0) FROM notify_schema");
        statement.Read();
        return statement.Int32(0);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
