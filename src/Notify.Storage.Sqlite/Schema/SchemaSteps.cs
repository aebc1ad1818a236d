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
        """
            CREATE TABLE notify_notification (
                id BLOB NOT NULL PRIMARY KEY,
                tenant TEXT NOT NULL,
                accepted_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                trigger BLOB NOT NULL,
                contents BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE notify_delivery (
                id BLOB NOT NULL PRIMARY KEY,
                notification_id BLOB NOT NULL,
                tenant TEXT NOT NULL,
                priority INTEGER NOT NULL,
                channel TEXT NOT NULL,
                address TEXT NOT NULL,
                platform INTEGER,
                app TEXT,
                user_id TEXT,
                provider TEXT NOT NULL,
                content_index INTEGER NOT NULL,
                collapse_key TEXT,
                chain BLOB,
                step INTEGER,
                accepted_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                state INTEGER NOT NULL,
                due_at INTEGER,
                owner TEXT,
                fence INTEGER NOT NULL,
                attempts_spent INTEGER NOT NULL,
                retry_delay INTEGER NOT NULL,
                ended_at INTEGER,
                reason TEXT,
                attempts TEXT NOT NULL,
                receipts TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_delivery_due ON notify_delivery (priority, provider, tenant, due_at) WHERE due_at IS NOT NULL;
            CREATE INDEX notify_delivery_notification ON notify_delivery (notification_id);
            CREATE INDEX notify_delivery_collapse ON notify_delivery (tenant, collapse_key, address)
                WHERE collapse_key IS NOT NULL AND due_at IS NOT NULL;
            CREATE INDEX notify_delivery_dead ON notify_delivery (tenant, ended_at) WHERE state = 2;

            CREATE TABLE notify_expansion (
                notification_id BLOB NOT NULL,
                topic TEXT NOT NULL,
                tenant TEXT NOT NULL,
                cursor TEXT NOT NULL,
                done INTEGER NOT NULL,
                total INTEGER NOT NULL,
                due_at INTEGER,
                fence INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                PRIMARY KEY (notification_id, topic)
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_expansion_due ON notify_expansion (due_at) WHERE due_at IS NOT NULL;

            CREATE TABLE notify_digest (
                tenant TEXT NOT NULL,
                recipient TEXT NOT NULL,
                template TEXT NOT NULL,
                due_at INTEGER NOT NULL,
                fence INTEGER NOT NULL,
                PRIMARY KEY (tenant, recipient, template)
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_digest_due ON notify_digest (due_at);

            CREATE TABLE notify_digest_event (
                tenant TEXT NOT NULL,
                recipient TEXT NOT NULL,
                template TEXT NOT NULL,
                id BLOB NOT NULL,
                due_at INTEGER NOT NULL,
                trigger BLOB NOT NULL,
                PRIMARY KEY (tenant, recipient, template, id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE notify_throttle (
                tenant TEXT NOT NULL,
                category TEXT NOT NULL,
                recipient TEXT NOT NULL,
                taken_at INTEGER NOT NULL,
                number INTEGER NOT NULL,
                PRIMARY KEY (tenant, category, recipient, taken_at, number)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE notify_user (
                tenant TEXT NOT NULL,
                id TEXT NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (tenant, id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE notify_device (
                tenant TEXT NOT NULL,
                id TEXT NOT NULL,
                user_id TEXT NOT NULL,
                platform INTEGER NOT NULL,
                token TEXT NOT NULL,
                app TEXT,
                locale TEXT,
                time_zone TEXT,
                registered_at INTEGER NOT NULL,
                last_seen_at INTEGER NOT NULL,
                pruned_at INTEGER,
                prune_reason TEXT,
                PRIMARY KEY (tenant, id)
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_device_user ON notify_device (tenant, user_id);
            CREATE UNIQUE INDEX notify_device_token ON notify_device (tenant, token);

            CREATE TABLE notify_subscription (
                tenant TEXT NOT NULL,
                topic TEXT NOT NULL,
                user_id TEXT NOT NULL,
                PRIMARY KEY (tenant, topic, user_id)
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX notify_subscription_user ON notify_subscription (tenant, user_id);

            CREATE TABLE notify_template (
                tenant TEXT NOT NULL,
                name TEXT NOT NULL,
                version INTEGER NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (tenant, name, version)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE notify_idempotency (
                tenant TEXT NOT NULL,
                key TEXT NOT NULL,
                fingerprint BLOB NOT NULL,
                notification_id BLOB NOT NULL,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (tenant, key)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE notify_count (
                tenant TEXT NOT NULL,
                minute INTEGER NOT NULL,
                channel TEXT NOT NULL,
                provider TEXT NOT NULL,
                state INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (tenant, minute, channel, provider, state)
            ) STRICT, WITHOUT ROWID;
            """,
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
        // Devices by user, topics that outlive their subscribers, and what a delivery must know to be checked before it is sent.
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
        // Events that an earlier version collected do not name their notification, so they are dropped with their tables.
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
        // Which addresses a broadcast has reached. All other deliveries have no key, and cost the index nothing.
        """
            ALTER TABLE notify_delivery ADD COLUMN address_key BLOB;
            CREATE INDEX notify_delivery_reached ON notify_delivery (notification_id, address_key) WHERE address_key IS NOT NULL;
            """,
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
    ];

    /// <summary>
    /// Applies the steps that are missing. Processes that start at the same time wait for each other. If no step is missing, it
    /// takes no lock, because the caller may hold it in a transaction.
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
