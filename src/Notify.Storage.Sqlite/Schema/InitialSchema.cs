namespace Notify.Storage.Sqlite.Schema;

/// <summary>The step that creates the tables of the first version. It is never changed; see <see cref="SchemaSteps"/>.</summary>
internal static class InitialSchema
{
    public const string Sql = """
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
        """;
}
