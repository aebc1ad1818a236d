using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Stores;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>Stores a batch of notifications with one statement per table.</summary>
internal sealed class NotificationWriter(StoreDatabase database, DeliveryWriter deliveries, DigestEvents digests)
{
    private readonly IdempotencyKeys _idempotency = new(database);
    private readonly NotificationLabels _labels = new(database.Schema);

    private readonly string _insertNotifications = $"""
        INSERT INTO {database.Schema}.notification (id, tenant, accepted_at, expires_at, trigger, contents)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bytea[], $6::bytea[])
        """;

    private readonly string _insertExpansions = $"""
        INSERT INTO {database.Schema}.expansion (notification_id, topic, position, total, due_at, updated_at, tenant)
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::text[])
        """;

    public ValueTask<EnqueueResult[]> CommitAsync(IReadOnlyList<SerializedRequest> batch) =>
        database.TransactAsync(
            (connection, cancellationToken) => AddAsync(connection, batch, cancellationToken),
            CancellationToken.None
        );

    /// <summary>Adds a batch in the connection's transaction.</summary>
    public async ValueTask<EnqueueResult[]> AddAsync(
        NpgsqlConnection connection,
        IReadOnlyList<SerializedRequest> batch,
        CancellationToken cancellationToken
    )
    {
        var results = await _idempotency.ClaimAsync(connection, batch, cancellationToken).ConfigureAwait(false);
        SerializedRequest[] stored = [.. batch.Where((_, i) => results[i].Status == EnqueueStatus.Stored)];
        if (stored.Length > 0)
            await StoreAsync(connection, stored, cancellationToken).ConfigureAwait(false);
        return results;
    }

    /// <summary>Creates the statements that store requests which are only inserted.</summary>
    public IEnumerable<NpgsqlBatchCommand> CreateInserts(IReadOnlyList<SerializedRequest> requests)
    {
        var inserts = InsertAllButDeliveries(requests);
        if (GetDeliveries(requests) is { Length: > 0 } rows)
            inserts.Add(deliveries.CreateInsert(rows));
        return inserts;
    }

    private async ValueTask StoreAsync(
        NpgsqlConnection connection,
        SerializedRequest[] requests,
        CancellationToken cancellationToken
    )
    {
        await deliveries
            .AddAsync(connection, GetDeliveries(requests), cancellationToken, before: InsertAllButDeliveries(requests))
            .ConfigureAwait(false);
        await digests
            .AddAsync(connection, [.. requests.SelectMany(request => request.Request.Digests)], cancellationToken)
            .ConfigureAwait(false);
    }

    private static (QueuedDelivery Queued, DateTimeOffset Now)[] GetDeliveries(IReadOnlyList<SerializedRequest> requests) =>
        [
            .. requests.SelectMany(
                request => request.Request.Deliveries,
                (request, queued) => (queued, request.Notification.AcceptedAt)
            ),
        ];

    private List<NpgsqlBatchCommand> InsertAllButDeliveries(IReadOnlyList<SerializedRequest> requests)
    {
        var inserts = new List<NpgsqlBatchCommand> { InsertNotifications(requests) };
        (Notification, NewExpansion, int)[] expansions =
        [
            .. requests.SelectMany(request =>
                request.Request.Expansions.Select((expansion, position) => (request.Notification, expansion, position))
            ),
        ];
        if (expansions.Length > 0)
            inserts.Add(InsertExpansions(expansions));
        if (_labels.Insert(requests.Select(request => request.Notification)) is { } labels)
            inserts.Add(labels);
        return inserts;
    }

    private NpgsqlBatchCommand InsertNotifications(IReadOnlyList<SerializedRequest> rows) =>
        CommandExtensions.Statement(_insertNotifications, parameters =>
            parameters
                .Column(NpgsqlDbType.Uuid, rows, row => row.Notification.Id)
                .Column(NpgsqlDbType.Text, rows, row => row.Notification.Tenant)
                .Column(NpgsqlDbType.TimestampTz, rows, row => row.Notification.AcceptedAt.ToDatabase())
                .Column(NpgsqlDbType.TimestampTz, rows, row => row.Notification.ExpiresAt.ToDatabase())
                .Column(NpgsqlDbType.Bytea, rows, row => row.Trigger)
                .Column(NpgsqlDbType.Bytea, rows, row => row.Contents)
        );

    private NpgsqlBatchCommand InsertExpansions((Notification Notification, NewExpansion Expansion, int Position)[] rows) =>
        CommandExtensions.Statement(_insertExpansions, parameters =>
            parameters
                .Column(NpgsqlDbType.Uuid, rows, row => row.Notification.Id)
                .Column(NpgsqlDbType.Text, rows, row => row.Expansion.Topic)
                .Column(NpgsqlDbType.Integer, rows, row => row.Position)
                .Column(NpgsqlDbType.Bigint, rows, row => row.Expansion.Total)
                .Column(NpgsqlDbType.TimestampTz, rows, row => row.Expansion.DueAt?.ToDatabase())
                .Column(NpgsqlDbType.TimestampTz, rows, row => row.Notification.AcceptedAt.ToDatabase())
                .Column(NpgsqlDbType.Text, rows, row => row.Notification.Tenant)
        );
}

/// <summary>A request with the JSON of its notification, which is serialized before the batch is committed.</summary>
internal sealed record SerializedRequest(EnqueueRequest Request, byte[] Trigger, byte[] Contents)
{
    public Notification Notification => Request.Notification;

    /// <summary>Gets whether the request does not depend on stored rows, so that one round trip can store it.</summary>
    public bool IsOnlyInserted =>
        Request.Idempotency is null
        && Request.Digests.Count == 0
        && Request.Deliveries.All(queued => queued.Delivery.CollapseKey is null);

    public static SerializedRequest Create(EnqueueRequest request) =>
        new(request, StoredForm.WriteTrigger(request.Notification.Trigger), StoredForm.WriteContents(request.Notification));
}
