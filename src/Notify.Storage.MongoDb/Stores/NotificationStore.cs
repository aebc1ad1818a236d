using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

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
                new BsonDocument(NotificationDocument.Tenant, filter.Tenant).With(
                    NotificationDocument.Id,
                    ids.ElementCount == 0 ? null : ids
                ),
                projection: new BsonDocument(NotificationDocument.Contents, 0),
                sort: new BsonDocument { { NotificationDocument.Tenant, -1 }, { NotificationDocument.Id, -1 } },
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(NotificationDocument.ReadSummary)];
    }

    public async ValueTask<IReadOnlyDictionary<DeliveryState, long>> CountDeliveriesAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        if ((await contents.ThereAsync([notificationId], cancellationToken).ConfigureAwait(false)).Count == 0)
            return new Dictionary<DeliveryState, long>();

        BsonDocument[] byState =
        [
            new("$match", CreateFilter(tenant, notificationId)),
            new(
                "$group",
                new BsonDocument { { DeliveryField.Id, "$" + DeliveryField.State }, { "count", new BsonDocument("$sum", 1L) } }
            ),
        ];
        var counts = await database.Deliveries.AggregateAsync(byState, null, cancellationToken).ConfigureAwait(false);
        return StoredForm.ReadCounts(counts.Select(counted => (counted[DeliveryField.Id].AsInt32, counted["count"].ToInt64())));
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

    private static BsonDocument CreateFilter(string tenant, Guid notificationId) =>
        new() { { DeliveryField.Notification, notificationId.ToBsonValue() }, { DeliveryField.Tenant, tenant } };
}
