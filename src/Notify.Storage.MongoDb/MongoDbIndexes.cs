using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>
/// The indexes. They make the store fast and make the server forget; nothing but the ids, which need none, keeps it right, so it
/// does not matter who makes them when. Creating one that is there does nothing, also while another process does the same.
/// </summary>
internal sealed class MongoDbIndexes(MongoDbDatabase database)
{
    /// <summary>The order of notifications by age, all of which an index answers.</summary>
    public static readonly BsonDocument Age = new() { { NotificationDocument.AcceptedAt, 1 }, { NotificationDocument.Id, 1 } };

    private static readonly BsonDocument IsPending = new(DeliveryField.DueAt, new BsonDocument("$exists", true));

    public async ValueTask CreateAsync(CancellationToken cancellationToken)
    {
        await CreateAsync(database.Deliveries, OfDeliveries, cancellationToken).ConfigureAwait(false);
        await CreateAsync(
                database.Notifications,
                [
                    Index("accepted", [.. Age.Names]),
                    Index("tenant", NotificationDocument.Tenant, NotificationDocument.Id),
                    Forgetting(NotificationDocument.PurgeAt),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(database.Idempotency, [Forgetting(MongoDbIdempotency.ExpiresAt)], cancellationToken)
            .ConfigureAwait(false);
        await CreateAsync(
                database.Expansions,
                [
                    Index("due", ExpansionDocument.DueAt, ExpansionDocument.Notification, ExpansionDocument.Position),
                    Index("tenant", ExpansionDocument.Tenant, ExpansionDocument.DueAt),
                    Index("notification", ExpansionDocument.Notification),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(
                database.Digests,
                [
                    Index("due", DigestDocument.DueAt),
                    Index("tenant", DigestDocument.Tenant, DigestDocument.DueAt),
                    Index("user", DigestDocument.Tenant, DigestDocument.User),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(
                database.DigestEvents,
                [
                    Index(
                        "waiting",
                        new BsonDocument(DigestDocument.EventIsOpen, true),
                        DigestDocument.EventDigest,
                        DigestDocument.Id
                    ),
                    Index("notification", DigestDocument.EventNotification, DigestDocument.Id),
                    Index(
                        "summary",
                        new BsonDocument(DigestDocument.EventSummary, new BsonDocument("$exists", true)),
                        DigestDocument.EventSummary,
                        DigestDocument.Id
                    ),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(database.Throttles, [Forgetting(MongoDbThrottleStore.PurgeAt)], cancellationToken)
            .ConfigureAwait(false);
        await CreateAsync(
                database.Devices,
                [Index("user", DeviceField.User, DeviceField.Tenant), Index("token", DeviceField.Tenant, DeviceField.TokenHash)],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(database.Users, [Index("tenant", MongoDbUserStore.Tenant, MongoDbUserStore.UserId)], cancellationToken)
            .ConfigureAwait(false);
        await CreateAsync(
                database.Topics,
                [Index("tenant", MongoDbTopicStore.Tenant, MongoDbTopicStore.Topic)],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(
                database.Subscriptions,
                [
                    Index("topic", MongoDbTopicStore.Tenant, MongoDbTopicStore.Topic, MongoDbTopicStore.User),
                    Index("user", MongoDbTopicStore.Tenant, MongoDbTopicStore.User),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(
                database.Templates,
                [Index("name", MongoDbTemplateStore.Tenant, MongoDbTemplateStore.Name, MongoDbTemplateStore.Version)],
                cancellationToken
            )
            .ConfigureAwait(false);
        await CreateAsync(
                database.DeliveryCounts,
                [Index("minute", MongoDbAnalyticsStore.Minute, MongoDbAnalyticsStore.Tenant)],
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    // What has ended is in none that finds work, so these stay as small as the backlog.
    private static CreateIndexModel<BsonDocument>[] OfDeliveries =>
        [
            Index(
                "due",
                IsPending,
                DeliveryField.Priority,
                DeliveryField.Provider,
                DeliveryField.Tenant,
                DeliveryField.DueAt,
                DeliveryField.Id
            ),
            Index("notification", DeliveryField.Notification, DeliveryField.Id),
            Index(
                "collapse",
                new BsonDocument(DeliveryField.Collapse, new BsonDocument("$exists", true)),
                DeliveryField.Collapse,
                DeliveryField.Order
            ),
            Index(
                "chain",
                new BsonDocument(DeliveryField.Chain, new BsonDocument("$exists", true)),
                DeliveryField.Chain,
                DeliveryField.Step
            ),
            // Which addresses a broadcast has reached. Other deliveries are not in it.
            Index(
                "reached",
                new BsonDocument(DeliveryField.AddressKey, new BsonDocument("$exists", true)),
                DeliveryField.Notification,
                DeliveryField.AddressKey
            ),
            Index(
                "deadLetter",
                new BsonDocument(DeliveryField.State, (int)Queueing.DeliveryState.DeadLetter),
                DeliveryField.Tenant,
                DeliveryField.Id
            ),
        ];

    private static async ValueTask CreateAsync(
        IMongoCollection<BsonDocument> collection,
        CreateIndexModel<BsonDocument>[] indexes,
        CancellationToken cancellationToken
    ) => await collection.Indexes.CreateManyAsync(indexes, cancellationToken).ConfigureAwait(false);

    private static CreateIndexModel<BsonDocument> Index(string name, params string[] fields) => Index(name, null, fields);

    private static CreateIndexModel<BsonDocument> Index(string name, BsonDocument? only, params string[] fields) =>
        new(
            new BsonDocument(fields.Select(field => new BsonElement(field, 1))),
            new CreateIndexOptions<BsonDocument> { Name = name, PartialFilterExpression = only }
        );

    private static CreateIndexModel<BsonDocument> Forgetting(string field) =>
        new(new BsonDocument(field, 1), new CreateIndexOptions<BsonDocument> { Name = "forget", ExpireAfter = TimeSpan.Zero });
}
