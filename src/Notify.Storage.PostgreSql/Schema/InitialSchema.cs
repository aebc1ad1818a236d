namespace Notify.Storage.PostgreSql.Schema;

/// <summary>The step that creates the tables of the first version. It is never changed; see <see cref="SchemaSteps"/>.</summary>
internal static class InitialSchema
{
    public static string Create(string schema) =>
        $"""
            CREATE TABLE "{schema}".notification (
                id uuid PRIMARY KEY,
                tenant text COLLATE "C" NOT NULL,
                accepted_at timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                trigger bytea NOT NULL,
                contents bytea NOT NULL
            );

            -- not_before is the delivery's own time; due_at moves with leases and retries, and is null exactly when it has ended.
            -- Every lease and settlement leaves a dead row behind, hence the eager vacuum.
            CREATE TABLE "{schema}".delivery (
                id uuid PRIMARY KEY,
                notification_id uuid NOT NULL,
                tenant text COLLATE "C" NOT NULL,
                priority smallint NOT NULL,
                channel text NOT NULL,
                address text NOT NULL,
                platform smallint,
                app text,
                provider text COLLATE "C" NOT NULL,
                content_index integer NOT NULL,
                user_id text,
                collapse_key text,
                fallback_chain uuid,
                fallback_step integer,
                accepted_at timestamptz NOT NULL,
                not_before timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                state smallint NOT NULL DEFAULT 0,
                due_at timestamptz,
                owner text,
                fence bigint NOT NULL,
                attempts_spent integer NOT NULL,
                retry_delay_ticks bigint NOT NULL,
                reason text,
                ended_at timestamptz,
                history text NOT NULL DEFAULT '',
                receipts text NOT NULL DEFAULT ''
            ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

            CREATE INDEX delivery_due ON "{schema}".delivery (priority, provider, tenant, due_at, id) WHERE due_at IS NOT NULL;
            CREATE INDEX delivery_notification ON "{schema}".delivery (notification_id, id);
            CREATE INDEX delivery_collapse ON "{schema}".delivery (tenant, collapse_key)
                WHERE collapse_key IS NOT NULL AND due_at IS NOT NULL;
            CREATE INDEX delivery_fallback ON "{schema}".delivery (fallback_chain) WHERE fallback_chain IS NOT NULL;
            CREATE INDEX delivery_dead_letter ON "{schema}".delivery (tenant, id) WHERE state = 2;

            CREATE TABLE "{schema}".idempotency (
                tenant text COLLATE "C" NOT NULL,
                key text COLLATE "C" NOT NULL,
                fingerprint bytea NOT NULL,
                notification_id uuid NOT NULL,
                claimed_at timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                PRIMARY KEY (tenant, key)
            );

            CREATE TABLE "{schema}".expansion (
                notification_id uuid NOT NULL,
                topic text COLLATE "C" NOT NULL,
                position integer NOT NULL,
                total bigint NOT NULL,
                cursor text NOT NULL DEFAULT '',
                done bigint NOT NULL DEFAULT 0,
                due_at timestamptz,
                owner text,
                fence bigint NOT NULL DEFAULT 0,
                updated_at timestamptz NOT NULL,
                PRIMARY KEY (notification_id, topic)
            );

            CREATE INDEX expansion_due ON "{schema}".expansion (due_at) WHERE due_at IS NOT NULL;

            -- A recipient may be an address longer than an index entry can be, so a SHA-256 stands for it here and below.
            CREATE TABLE "{schema}".digest (
                tenant text COLLATE "C" NOT NULL,
                recipient bytea NOT NULL,
                template text COLLATE "C" NOT NULL,
                due_at timestamptz NOT NULL,
                fence bigint NOT NULL,
                PRIMARY KEY (tenant, recipient, template)
            );

            CREATE INDEX digest_due ON "{schema}".digest (due_at);

            CREATE TABLE "{schema}".digest_event (
                tenant text COLLATE "C" NOT NULL,
                recipient bytea NOT NULL,
                template text COLLATE "C" NOT NULL,
                id uuid NOT NULL,
                due_at timestamptz NOT NULL,
                trigger bytea NOT NULL,
                PRIMARY KEY (tenant, recipient, template, id)
            );

            CREATE TABLE "{schema}".throttle (
                tenant text COLLATE "C" NOT NULL,
                category text COLLATE "C" NOT NULL,
                recipient bytea NOT NULL,
                taken_at timestamptz NOT NULL
            );

            CREATE INDEX throttle_recipient ON "{schema}".throttle (tenant, category, recipient, taken_at);

            CREATE TABLE "{schema}"."user" (
                tenant text COLLATE "C" NOT NULL,
                id text COLLATE "C" NOT NULL,
                stored bytea NOT NULL,
                PRIMARY KEY (tenant, id)
            );

            -- A token may be longer than an index entry can be, so its SHA-256 stands for it.
            CREATE TABLE "{schema}".device (
                tenant text COLLATE "C" NOT NULL,
                id text COLLATE "C" NOT NULL,
                user_id text COLLATE "C" NOT NULL,
                platform smallint NOT NULL,
                token text NOT NULL,
                token_hash bytea NOT NULL,
                app text,
                locale text,
                time_zone text,
                registered_at timestamptz NOT NULL,
                last_seen_at timestamptz NOT NULL,
                pruned_at timestamptz,
                prune_reason text,
                PRIMARY KEY (tenant, id)
            );

            CREATE UNIQUE INDEX device_token ON "{schema}".device (tenant, token_hash);
            CREATE INDEX device_user ON "{schema}".device (tenant, user_id);

            CREATE TABLE "{schema}".subscription (
                tenant text COLLATE "C" NOT NULL,
                topic text COLLATE "C" NOT NULL,
                user_id text COLLATE "C" NOT NULL,
                PRIMARY KEY (tenant, topic, user_id)
            );

            CREATE INDEX subscription_user ON "{schema}".subscription (tenant, user_id);

            CREATE TABLE "{schema}".template (
                tenant text COLLATE "C" NOT NULL,
                name text COLLATE "C" NOT NULL,
                version integer NOT NULL,
                stored bytea NOT NULL,
                PRIMARY KEY (tenant, name, version)
            );

            CREATE TABLE "{schema}".delivery_count (
                tenant text COLLATE "C" NOT NULL,
                minute timestamptz NOT NULL,
                channel text NOT NULL,
                provider text NOT NULL,
                state smallint NOT NULL,
                count bigint NOT NULL,
                PRIMARY KEY (tenant, minute, channel, provider, state)
            );
            """;
}
