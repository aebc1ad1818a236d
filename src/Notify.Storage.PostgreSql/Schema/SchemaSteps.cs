namespace Notify.Storage.PostgreSql.Schema;

/// <summary>
/// The steps that create the tables. A released step is never changed. Names of tenants, users and topics are compared byte by
/// byte (collation "C"), so that paging by name does not depend on the server's locale.
/// </summary>
internal static class SchemaSteps
{
    public static string Second(string schema) =>
        $"""
            CREATE TABLE "{schema}".shared_token (
                name text COLLATE "C" PRIMARY KEY,
                value bytea NOT NULL,
                issued_at timestamptz NOT NULL
            );
            """;

    /// <summary>
    /// Adds indexes for purges, and records with every step the oldest step that a process must know. An older version of Notify
    /// that knows this step may run beside newer ones.
    /// </summary>
    public static string Third(string schema) =>
        $"""
            CREATE INDEX idempotency_expired ON "{schema}".idempotency (expires_at);
            CREATE INDEX throttle_taken ON "{schema}".throttle (taken_at);
            CREATE INDEX delivery_count_minute ON "{schema}".delivery_count (minute);
            ALTER TABLE "{schema}".schema_version ADD COLUMN oldest integer NOT NULL DEFAULT 1;
            """;

    /// <summary>
    /// Adds a constraint that the existing rows, and those of the coming week, belong to the first partition.
    /// </summary>
    public static string Fourth(string schema) =>
        $"""
            -- Gives up when others hold the table, instead of blocking those who send behind this step.
            -- The next start tries again.
            SET LOCAL lock_timeout = '10s';

            -- One row: notifications accepted before are purged once nothing of them is left to send.
            CREATE TABLE "{schema}".retention (purged_before timestamptz NOT NULL);
            INSERT INTO "{schema}".retention VALUES ('-infinity');

            CREATE TABLE "{schema}".notification_partition (
                name text PRIMARY KEY,
                begins_at timestamptz NOT NULL,
                ends_at timestamptz NOT NULL
            );

            INSERT INTO "{schema}".notification_partition
            VALUES (
                'notification_first', 'epoch',
                date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '7 days');

            DO $$ BEGIN EXECUTE (
                SELECT format(
                    'ALTER TABLE "{schema}".notification ADD CONSTRAINT notification_first CHECK (id < %L) NOT VALID',
                    {GetId("ends_at")})
                FROM "{schema}".notification_partition);
            END $$;
            """;

    /// <summary>
    /// Validates the constraint, which reads the whole table without blocking others. The next step then need not read it.
    /// </summary>
    public static string Fifth(string schema) =>
        $"""ALTER TABLE "{schema}".notification VALIDATE CONSTRAINT notification_first""";

    /// <summary>
    /// Makes the table the first partition of a new table with its name. Ids are UUIDv7, so a range of ids is a span of time.
    /// </summary>
    public static string Sixth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}".notification RENAME TO notification_first;
            ALTER INDEX "{schema}".notification_pkey RENAME TO notification_first_pkey;
            CREATE TABLE "{schema}".notification (LIKE "{schema}".notification_first) PARTITION BY RANGE (id);
            ALTER TABLE "{schema}".notification ADD PRIMARY KEY (id);

            DO $$ BEGIN EXECUTE (
                SELECT format(
                    'ALTER TABLE "{schema}".notification ATTACH PARTITION "{schema}".notification_first '
                    'FOR VALUES FROM (MINVALUE) TO (%L)', {GetId("ends_at")})
                FROM "{schema}".notification_partition);
            END $$;

            ALTER TABLE "{schema}".notification_first DROP CONSTRAINT notification_first;

            -- For ids of a time that no partition was made for, such as those of a clock that is years ahead.
            CREATE TABLE "{schema}".notification_rest PARTITION OF "{schema}".notification DEFAULT;
            """;

    /// <summary>
    /// Stores devices by user, topics without subscribers, and the columns for the check of a delivery before it is sent. Earlier
    /// versions of Notify would register devices by the old key, so they can no longer start.
    /// </summary>
    public static string Seventh(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}".device DROP CONSTRAINT device_pkey;
            ALTER TABLE "{schema}".device ADD PRIMARY KEY (tenant, user_id, id);
            DROP INDEX "{schema}".device_user;
            DROP INDEX "{schema}".device_token;
            CREATE UNIQUE INDEX device_token ON "{schema}".device (tenant, token_hash, COALESCE(app, ''));

            CREATE TABLE "{schema}".topic (
                tenant text COLLATE "C" NOT NULL,
                topic text COLLATE "C" NOT NULL,
                PRIMARY KEY (tenant, topic)
            );
            INSERT INTO "{schema}".topic SELECT DISTINCT tenant, topic FROM "{schema}".subscription;

            ALTER TABLE "{schema}".delivery ADD COLUMN topic text, ADD COLUMN device_id text;
            UPDATE "{schema}".schema_version SET oldest = 7;
            """;

    /// <summary>Adds an index for lists: the notifications of a tenant in the order of their ids.</summary>
    public static string Eighth(string schema) => $"""CREATE INDEX notification_tenant ON "{schema}".notification (tenant, id)""";

    /// <summary>Adds the time until which a template version is protected, because an open digest needs it.</summary>
    public static string Ninth(string schema) => $"""ALTER TABLE "{schema}".template ADD COLUMN kept_until timestamptz""";

    /// <summary>
    /// Stores collected events with their notification, and failures of digests. Events of earlier versions do not name their
    /// notification, so they are dropped with their tables, and earlier versions cannot run beside this one.
    /// </summary>
    public static string Tenth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            DROP TABLE "{schema}".digest;
            DROP TABLE "{schema}".digest_event;

            CREATE TABLE "{schema}".digest (
                id uuid PRIMARY KEY,
                tenant text COLLATE "C" NOT NULL,
                user_id text COLLATE "C",
                due_at timestamptz NOT NULL,
                failures integer NOT NULL DEFAULT 0,
                fence bigint NOT NULL
            );

            CREATE INDEX digest_due ON "{schema}".digest (due_at);
            CREATE INDEX digest_tenant ON "{schema}".digest (tenant, due_at);
            CREATE INDEX digest_user ON "{schema}".digest (tenant, user_id) WHERE user_id IS NOT NULL;

            -- An event that has ended has no trigger any more.
            CREATE TABLE "{schema}".digest_event (
                id uuid PRIMARY KEY,
                digest_id uuid NOT NULL,
                notification_id uuid NOT NULL,
                tenant text COLLATE "C" NOT NULL,
                user_id text COLLATE "C",
                due_at timestamptz NOT NULL,
                template_version integer NOT NULL,
                trigger bytea,
                state smallint NOT NULL DEFAULT 0,
                summary_id uuid,
                reason text
            );

            CREATE INDEX digest_event_waiting ON "{schema}".digest_event (digest_id, id) WHERE state = 0;
            CREATE INDEX digest_event_notification ON "{schema}".digest_event (notification_id, id);
            CREATE INDEX digest_event_summary ON "{schema}".digest_event (summary_id, id) WHERE summary_id IS NOT NULL;

            ALTER TABLE "{schema}".expansion
                ADD COLUMN tenant text COLLATE "C" NOT NULL DEFAULT '',
                ADD COLUMN failures integer NOT NULL DEFAULT 0,
                ADD COLUMN reason text;
            UPDATE "{schema}".expansion e SET tenant = n.tenant
                FROM "{schema}".notification n WHERE n.id = e.notification_id AND e.due_at IS NOT NULL;
            CREATE INDEX expansion_tenant ON "{schema}".expansion (tenant, due_at) WHERE due_at IS NOT NULL;
            UPDATE "{schema}".schema_version SET oldest = 10;
            """;

    /// <summary>
    /// Stores the erasures of removed users until they are complete, and the addresses that a broadcast has reached. Other
    /// deliveries have no address key and take no space in the index.
    /// </summary>
    public static string Eleventh(string schema) =>
        $"""
            CREATE TABLE "{schema}".erasure (
                tenant text COLLATE "C" NOT NULL,
                user_id text COLLATE "C" NOT NULL,
                requested_at timestamptz NOT NULL,
                PRIMARY KEY (tenant, user_id)
            );

            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}".delivery ADD COLUMN address_key uuid;
            CREATE INDEX delivery_reached ON "{schema}".delivery (notification_id, address_key) WHERE address_key IS NOT NULL;
            """;

    /// <summary>
    /// Moves the preferences out of the profiles. Either may be missing from now on, which earlier versions do not expect.
    /// </summary>
    public static string Twelfth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}"."user" ALTER COLUMN stored DROP NOT NULL, ADD COLUMN preferences bytea;
            UPDATE "{schema}"."user" u
                SET stored = convert_to((old.profile - 'preferences')::text, 'UTF8'),
                    preferences = convert_to((
                        SELECT jsonb_agg(jsonb_build_object(
                            'category', p -> 'category', 'channel', p -> 'channel',
                            'status', CASE WHEN (p ->> 'wanted')::boolean THEN 'optedIn' ELSE 'optedOut' END,
                            'source', 'api', 'changedAt', now()))
                        FROM jsonb_array_elements(old.profile -> 'preferences') AS p)::text, 'UTF8')
                FROM (SELECT tenant, id, convert_from(stored, 'UTF8')::jsonb AS profile FROM "{schema}"."user") AS old
                WHERE u.tenant = old.tenant AND u.id = old.id
                    AND jsonb_array_length(COALESCE(old.profile -> 'preferences', '[]')) > 0;
            UPDATE "{schema}".schema_version SET oldest = 12;
            """;

    /// <summary>
    /// Stores the content of a delivery that shares none with others. An earlier version would read such a delivery without
    /// content, so it cannot run beside this one.
    /// </summary>
    public static string Thirteenth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}".delivery ADD COLUMN content bytea;
            UPDATE "{schema}".schema_version SET oldest = 13;
            """;

    /// <summary>Stores platforms by name: a provider may declare one that Notify does not know.</summary>
    public static string Fourteenth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}".delivery ALTER COLUMN platform TYPE text COLLATE "C"
                USING CASE platform WHEN 0 THEN 'android' WHEN 1 THEN 'ios' WHEN 2 THEN 'web' END;
            ALTER TABLE "{schema}".device ALTER COLUMN platform TYPE text COLLATE "C"
                USING CASE platform WHEN 0 THEN 'android' WHEN 1 THEN 'ios' WHEN 2 THEN 'web' END;
            UPDATE "{schema}".schema_version SET oldest = 14;
            """;

    /// <summary>
    /// Stores the labels of notifications: references, cancellation keys and tags. An earlier version stores notifications
    /// without labels, so it may run beside this one.
    /// </summary>
    public static string Fifteenth(string schema) =>
        $"""
            CREATE TABLE "{schema}".notification_label (
                tenant text COLLATE "C" NOT NULL,
                kind smallint NOT NULL,
                value text COLLATE "C" NOT NULL,
                notification_id uuid NOT NULL,
                PRIMARY KEY (tenant, kind, value, notification_id)
            );
            CREATE INDEX notification_label_notification ON "{schema}".notification_label (notification_id);
            """;

    /// <summary>
    /// Stores small documents. Tenants and IDs are UTF-8 bytes, because a text cannot contain U+0000; bytes have the order of
    /// the collation "C".
    /// </summary>
    public static string Sixteenth(string schema) =>
        $"""
            CREATE TABLE "{schema}".document (
                collection text COLLATE "C" NOT NULL,
                tenant bytea NOT NULL,
                id bytea NOT NULL,
                content bytea NOT NULL,
                PRIMARY KEY (collection, tenant, id)
            );
            CREATE INDEX document_id ON "{schema}".document (collection, id, tenant);
            """;

    /// <summary>
    /// Stores the inboxes of users. The lists of unread and of archived items have their own small indexes. Items are added in
    /// the order of their creation, so a BRIN index suffices to purge the oldest.
    /// </summary>
    public static string Seventeenth(string schema) =>
        $"""
            CREATE TABLE "{schema}".inbox_item (
                id uuid PRIMARY KEY,
                notification_id uuid NOT NULL,
                tenant text COLLATE "C" NOT NULL,
                user_id text COLLATE "C" NOT NULL,
                category text,
                content bytea NOT NULL,
                accepted_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL,
                changed_at timestamptz NOT NULL,
                read_at timestamptz,
                first_read_at timestamptz,
                archived_at timestamptz
            );
            CREATE INDEX inbox_item_current ON "{schema}".inbox_item (tenant, user_id, created_at, id)
                WHERE archived_at IS NULL;
            CREATE INDEX inbox_item_unread ON "{schema}".inbox_item (tenant, user_id, created_at, id) WHERE read_at IS NULL;
            CREATE INDEX inbox_item_archived ON "{schema}".inbox_item (tenant, user_id, created_at, id)
                WHERE archived_at IS NOT NULL;
            CREATE INDEX inbox_item_changed ON "{schema}".inbox_item (tenant, user_id, changed_at, id);
            CREATE INDEX inbox_item_created ON "{schema}".inbox_item USING brin (created_at);
            """;

    /// <summary>
    /// Stores counts with more names, and the checkpoints of their sources. An earlier version cannot count any more, so it
    /// cannot run beside this one.
    /// </summary>
    public static string Eighteenth(string schema) =>
        $"""
            CREATE TABLE "{schema}".analytics_count (
                tenant text COLLATE "C" NOT NULL,
                time timestamptz NOT NULL,
                resolution smallint NOT NULL,
                measure smallint NOT NULL,
                detail text COLLATE "C" NOT NULL,
                channel text COLLATE "C" NOT NULL,
                provider text COLLATE "C" NOT NULL,
                template text COLLATE "C" NOT NULL,
                workflow text COLLATE "C" NOT NULL,
                category text COLLATE "C" NOT NULL,
                value bigint NOT NULL,
                PRIMARY KEY (tenant, time, resolution, measure, detail, channel, provider, template, workflow, category)
            );
            CREATE INDEX analytics_count_age ON "{schema}".analytics_count (resolution, time);
            CREATE TABLE "{schema}".analytics_checkpoint (
                source text COLLATE "C" PRIMARY KEY,
                position bigint NOT NULL,
                state bytea NOT NULL
            );
            INSERT INTO "{schema}".analytics_count
                SELECT tenant, minute, 0, state, '', channel, provider, '', '', '', count FROM "{schema}".delivery_count;
            DROP TABLE "{schema}".delivery_count;
            UPDATE "{schema}".schema_version SET oldest = 18;
            """;

    /// <summary>
    /// Stores the address of a delivery with a collapse key in the form in which addresses are compared. An earlier version
    /// leaves it out, so it cannot run beside this one.
    /// </summary>
    public static string Nineteenth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            ALTER TABLE "{schema}".delivery ADD COLUMN collapse_address text COLLATE "C";
            UPDATE "{schema}".delivery SET collapse_address = CASE channel WHEN 'email' THEN lower(address) ELSE address END
                WHERE collapse_key IS NOT NULL AND due_at IS NOT NULL;
            UPDATE "{schema}".schema_version SET oldest = 19;
            """;

    /// <summary>
    /// Counts the subscribers of each topic as they come and go, because counting a million takes a tenth of a second. Triggers
    /// do it, so that an earlier version, which does not know the counts, keeps them right too. A count has 16 parts, so that
    /// concurrent subscriptions to one topic seldom wait for each other.
    /// </summary>
    public static string Twentieth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            LOCK TABLE "{schema}".subscription IN SHARE ROW EXCLUSIVE MODE;

            -- Half of each page is kept free, so that changed rows stay on their page and need no new index entries.
            CREATE TABLE "{schema}".topic_count (
                tenant text COLLATE "C" NOT NULL,
                topic text COLLATE "C" NOT NULL,
                part smallint NOT NULL,
                count bigint NOT NULL,
                PRIMARY KEY (tenant, topic, part)
            ) WITH (fillfactor = 50);
            INSERT INTO "{schema}".topic_count
                SELECT tenant, topic, 0, count(*) FROM "{schema}".subscription GROUP BY tenant, topic;

            -- Runs as the owner, so that an earlier version needs no right to the new table. In one order, so that two statements
            -- that change the same topics do not deadlock.
            CREATE FUNCTION "{schema}".count_subscribers() RETURNS trigger
                LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
                AS $body$
                BEGIN
                    INSERT INTO "{schema}".topic_count AS counted (tenant, topic, part, count)
                    SELECT tenant, topic, pg_backend_pid() % 16, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
                    FROM changed GROUP BY tenant, topic ORDER BY tenant, topic
                    ON CONFLICT (tenant, topic, part) DO UPDATE SET count = counted.count + excluded.count;
                    RETURN NULL;
                END
                $body$;

            CREATE TRIGGER subscription_added AFTER INSERT ON "{schema}".subscription REFERENCING NEW TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION "{schema}".count_subscribers();
            CREATE TRIGGER subscription_removed AFTER DELETE ON "{schema}".subscription REFERENCING OLD TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION "{schema}".count_subscribers();
            """;

    /// <summary>
    /// Adds an index for the dead letters of a provider. With the condition that all queries share, it also counts dead letters
    /// without reading them.
    /// </summary>
    public static string TwentyFirst(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            CREATE INDEX delivery_dead_letter_provider ON "{schema}".delivery (tenant, provider, id)
                WHERE state = 2 AND address <> '';
            """;

    /// <summary>
    /// Adds indexes for the search for notifications by what became of them, and for dead letters of a period. They contain only
    /// what became a dead letter or was cancelled by a call, so deliveries that are sent pay nothing.
    /// </summary>
    public static string TwentySecond(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            CREATE INDEX delivery_unsent ON "{schema}".delivery (tenant, state, notification_id)
                WHERE state = 2 OR state = 3 AND reason IN ('cancelled', 'the user was deleted');
            CREATE INDEX digest_event_unsent ON "{schema}".digest_event (tenant, state, notification_id)
                WHERE state = 2 OR state = 3 AND reason IN ('cancelled', 'the user was deleted');
            CREATE INDEX expansion_unfinished ON "{schema}".expansion (tenant, notification_id)
                WHERE due_at IS NULL AND (reason IS NOT NULL OR done < total);
            CREATE INDEX delivery_dead_letter_ended ON "{schema}".delivery (tenant, ended_at) INCLUDE (id, provider)
                WHERE state = 2 AND address <> '';
            """;

    /// <summary>
    /// Adds indexes that have the dead letters of a tenant, and those of a provider, in the order of a list, so that a page reads
    /// about as many entries as it shows. <c>delivery_dead_letter</c> serves only earlier versions, which list by ID: drop it in
    /// a step that sets <c>oldest</c>, once no version beside this one needs it.
    /// </summary>
    public static string TwentyThird(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            CREATE INDEX delivery_dead_letter_order ON "{schema}".delivery (tenant, ended_at, id) INCLUDE (provider)
                WHERE state = 2 AND address <> '';
            CREATE INDEX delivery_dead_letter_provider_order ON "{schema}".delivery (tenant, provider, ended_at, id)
                WHERE state = 2 AND address <> '';
            """;

    /// <summary>
    /// Drops the indexes whose place those of the step before have taken. No released version has them, and a version that does
    /// finds, counts and lists the same with the new ones. A separate step, because it needs the table for itself, for a moment.
    /// </summary>
    public static string TwentyFourth(string schema) =>
        $"""
            SET LOCAL lock_timeout = '10s';
            DROP INDEX "{schema}".delivery_dead_letter_provider;
            DROP INDEX "{schema}".delivery_dead_letter_ended;
            """;

    /// <summary>Creates the SQL for the lowest UUIDv7 of a time.</summary>
    private static string GetId(string time) =>
        $"(lpad(to_hex((extract(epoch FROM {time}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid";
}
