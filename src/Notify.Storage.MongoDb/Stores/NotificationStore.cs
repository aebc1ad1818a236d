using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Reads notifications and their deliveries.</summary>
internal sealed class NotificationStore(StoreDatabase database, ContentReader contents) : INotificationStore
{
    private static readonly BsonDocument ById = new(DeliveryField.Id, 1);

    public async ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var filter = new BsonDocument { { NotificationDocument.Id, id.ToBsonValue() }, { NotificationDocument.Tenant, tenant } };
        var found = await database.Notifications.FindAsync(filter, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : NotificationDocument.Read(found[0]);
    }

    public ValueTask<KeyHolder?> FindKeyAsync(
        string tenant,
        string key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => IdempotencyKeys.FindAsync(database, tenant, key, now, cancellationToken);

    public async ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var filter = CreateFilter(tenant, notificationId)
            .With(DeliveryField.Id, after is { } last ? new BsonDocument("$gt", last.ToBsonValue()) : null);
        var found = await database
            .Deliveries.FindAsync(null, filter, sort: ById, limit: limit, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return await RecordsAsync(found, contents, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var filter = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", new BsonArray { id.ToBsonValue() }) },
            { DeliveryField.Tenant, tenant },
        };
        var found = await database.Deliveries.FindAsync(null, filter, cancellationToken: cancellationToken).ConfigureAwait(false);
        return (await RecordsAsync(found, contents, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
    }

    /// <summary>
    /// Lists notifications without their contents, which are the largest part. Purged notifications have no tenant, so they
    /// are not found.
    /// </summary>
    public async ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = IdRange.Create(filter, before);
        var ids = new BsonDocument().With("$gte", from?.ToBsonValue()).With("$lt", to?.ToBsonValue());
        var found = await database
            .Notifications.FindAsync(
                null,
                new BsonDocument(NotificationDocument.Tenant, filter.Tenant)
                    .With(NotificationDocument.Id, ids.ElementCount == 0 ? null : ids)
                    .Merge(CreateFilter(NotificationLabel.GetAll(filter))),
                projection: new BsonDocument(NotificationDocument.Contents, 0),
                sort: new BsonDocument { { NotificationDocument.Tenant, -1 }, { NotificationDocument.Id, -1 } },
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(NotificationDocument.ReadSummary)];
    }

    public async ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        string tenant,
        IReadOnlyCollection<Guid> notificationIds,
        long maxSubscribers,
        CancellationToken cancellationToken
    )
    {
        var there = await contents.ThereAsync(notificationIds, cancellationToken).ConfigureAwait(false);
        if (there.Count == 0)
            return new Dictionary<Guid, NotificationProgress>();

        // The tenant is compared here: with it in the filter, the server might walk all expansions of the tenant.
        var expansions = await database
            .Expansions.FindAsync(
                new BsonDocument(ExpansionDocument.Notification, new BsonDocument("$in", there.ToBsonValue())),
                cancellationToken
            )
            .ConfigureAwait(false);
        var rows = expansions
            .FindAll(expansion => expansion[ExpansionDocument.Tenant].AsString == tenant)
            .ConvertAll(ExpansionDocument.ReadRow);
        var countable = there.Except(rows.Where(row => row.Count > maxSubscribers).Select(row => row.NotificationId)).ToArray();
        rows.AddRange(
            await CountAsync(
                    database.Deliveries,
                    ProgressRowKind.Delivery,
                    CreateFilter(DeliveryField.Notification, countable, tenant),
                    cancellationToken
                )
                .ConfigureAwait(false)
        );
        rows.AddRange(
            await CountAsync(
                    database.DigestEvents,
                    ProgressRowKind.Event,
                    CreateFilter(DigestDocument.EventNotification, there, tenant),
                    cancellationToken
                )
                .ConfigureAwait(false)
        );
        return NotificationProgress.Create(rows, maxSubscribers);
    }

    /// <summary>Creates the records of those found deliveries whose notifications are stored.</summary>
    public static async ValueTask<IReadOnlyList<DeliveryRecord>> RecordsAsync(
        IReadOnlyList<BsonDocument> found,
        ContentReader contents,
        CancellationToken cancellationToken
    )
    {
        var known = await contents
            .GetAsync(found.Select(DeliveryDocument.GetNotification), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. found
                .Where(document => known.ContainsKey(DeliveryDocument.GetNotification(document)))
                .Select(DeliveryDocument.ReadRecord)
                .Select(record => record with { Delivery = known[record.Delivery.NotificationId].Complete(record.Delivery) }),
        ];
    }

    // The index searches for the first label.
    private static BsonDocument CreateFilter(IReadOnlyList<NotificationLabel> labels) =>
        labels.Count == 0
            ? []
            : new BsonDocument(NotificationDocument.Labels, NotificationDocument.CreateLabel(labels[0])).With(
                "$and",
                labels.Count == 1
                    ? null
                    : new BsonArray(
                        labels
                            .Skip(1)
                            .Select(label => new BsonDocument(
                                NotificationDocument.Labels,
                                NotificationDocument.CreateLabel(label)
                            ))
                    )
            );

    // The fields of deliveries and of events have the same names.
    private static async ValueTask<IEnumerable<ProgressRow>> CountAsync(
        IMongoCollection<BsonDocument> collection,
        ProgressRowKind kind,
        BsonDocument filter,
        CancellationToken cancellationToken
    )
    {
        var isCancelled = new BsonDocument(
            "$in",
            new BsonArray
            {
                "$" + DeliveryField.Reason,
                new BsonArray { NotificationProgress.CancelReason, Erasure.Reason },
            }
        );
        var key = new BsonDocument
        {
            { DeliveryField.Notification, "$" + DeliveryField.Notification },
            { DeliveryField.State, "$" + DeliveryField.State },
            { "cancelled", isCancelled },
        };
        if (kind == ProgressRowKind.Delivery)
            key.Add(DeliveryField.Channel, "$" + DeliveryField.Channel);
        BsonDocument[] stages =
        [
            new("$match", filter),
            new("$group", new BsonDocument { { DeliveryField.Id, key }, { "count", new BsonDocument("$sum", 1L) } }),
        ];
        var counted = await collection.AggregateAsync(stages, null, cancellationToken).ConfigureAwait(false);
        return counted.Select(group => new ProgressRow
        {
            NotificationId = group[DeliveryField.Id][DeliveryField.Notification].AsGuid,
            Kind = kind,
            State = group[DeliveryField.Id][DeliveryField.State].AsInt32,
            Channel = Channel.TryParse(group[DeliveryField.Id].AsBsonDocument.TextOrNull(DeliveryField.Channel), out var channel)
                ? channel
                : default,
            IsCancelled = group[DeliveryField.Id]["cancelled"].AsBoolean,
            Count = group["count"].ToInt64(),
        });
    }

    private static BsonDocument CreateFilter(string field, IReadOnlyCollection<Guid> notificationIds, string tenant) =>
        new() { { field, new BsonDocument("$in", notificationIds.ToBsonValue()) }, { DeliveryField.Tenant, tenant } };

    private static BsonDocument CreateFilter(string tenant, Guid notificationId) =>
        new() { { DeliveryField.Notification, notificationId.ToBsonValue() }, { DeliveryField.Tenant, tenant } };
}
