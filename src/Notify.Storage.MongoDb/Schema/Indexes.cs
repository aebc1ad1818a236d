using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb.Schema;

/// <summary>
/// The indexes of the store. They make it fast and let the server delete expired data; correctness depends only on the ids.
/// Any process may therefore create them at any time, and creating an existing index has no effect. Each index is named after
/// its definition, so a version of Notify with a different definition creates a new index instead of failing at the name of
/// the old one.
/// </summary>
internal sealed class Indexes(StoreDatabase database, ILogger<Indexes> logger)
{
    private const int IndexOptionsConflict = 85;

    /// <summary>The order of notifications by age, which an index provides.</summary>
    public static readonly BsonDocument Age = new() { { NotificationDocument.AcceptedAt, 1 }, { NotificationDocument.Id, 1 } };

    /// <summary>The key of the index that finds due deliveries.</summary>
    public static readonly BsonDocument Due = CreateKey(
        DeliveryField.Priority,
        DeliveryField.Provider,
        DeliveryField.Tenant,
        DeliveryField.DueAt,
        DeliveryField.Id
    );

    /// <summary>Gets the index of the subscribers of a topic, whose key is also the shard key.</summary>
    public static CreateIndexModel<BsonDocument> Subscriptions => Index("topic", [.. TopicStore.Key.Names]);

    private static readonly BsonDocument IsDeadLetter = new(DeliveryField.State, (int)DeliveryState.DeadLetter);

    private static readonly BsonDocument IsPending = new(DeliveryField.DueAt, new BsonDocument("$exists", true));

    /// <summary>Gets the collections, each with its indexes.</summary>
    public IReadOnlyList<(IMongoCollection<BsonDocument> Collection, CreateIndexModel<BsonDocument>[] Indexes)> Definitions =>
        [
            (database.Deliveries, OfDeliveries),
            (
                database.Notifications,
                [
                    Index("accepted", [.. Age.Names]),
                    Index("tenant", NotificationDocument.Tenant, NotificationDocument.Id),
                    Index(
                        "label",
                        new BsonDocument(NotificationDocument.Labels, new BsonDocument("$exists", true)),
                        NotificationDocument.Tenant,
                        NotificationDocument.Labels,
                        NotificationDocument.Id
                    ),
                    Forgetting(NotificationDocument.PurgeAt),
                ]
            ),
            (database.Idempotency, [Forgetting(IdempotencyKeys.ExpiresAt)]),
            (
                database.Expansions,
                [
                    Index("tenant", ExpansionDocument.Tenant, ExpansionDocument.DueAt),
                    Index("notification", ExpansionDocument.Notification),
                ]
            ),
            (
                database.Digests,
                [
                    Index("tenant", DigestDocument.Tenant, DigestDocument.DueAt),
                    Index("user", DigestDocument.Tenant, DigestDocument.User),
                ]
            ),
            (database.DigestEvents, OfDigestEvents),
            (database.Throttles, [Forgetting(ThrottleStore.PurgeAt)]),
            (
                database.Devices,
                [
                    Index("user", DeviceField.User, DeviceField.Tenant),
                    Index("token", DeviceField.Tenant, DeviceField.TokenHash),
                    Index("list", [.. RecipientListStore.Order.Names]),
                ]
            ),
            (database.Users, [Index("tenant", UserStore.Tenant, UserStore.UserId)]),
            (database.Topics, [Index("tenant", TopicStore.Tenant, TopicStore.Topic)]),
            (database.Subscriptions, [Subscriptions, Index("user", TopicStore.Tenant, TopicStore.User)]),
            (database.Erasures, [Index("requested", ErasureStore.RequestedAt)]),
            (database.InboxItems, OfInboxItems),
            (database.Templates, [Index("name", TemplateStore.Tenant, TemplateStore.Name, TemplateStore.Version)]),
            (
                database.Documents,
                [
                    Index("tenant", DocumentStore.Collection, DocumentStore.Tenant, DocumentStore.DocumentId),
                    Index("id", DocumentStore.Collection, DocumentStore.DocumentId, DocumentStore.Tenant),
                ]
            ),
            (
                database.Analytics,
                [
                    Index("tenant", AnalyticsDocument.Tenant, AnalyticsDocument.Day),
                    Index("day", AnalyticsDocument.Day),
                    Index("shortest", AnalyticsDocument.Shortest, AnalyticsDocument.Day),
                ]
            ),
        ];

    public async ValueTask CreateAsync(CancellationToken cancellationToken)
    {
        foreach (var (collection, indexes) in Definitions)
            await CreateAsync(collection, indexes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the names of the indexes that do not exist, also not under another name.</summary>
    public async ValueTask<IReadOnlyList<string>> FindMissingAsync(CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var (collection, indexes) in Definitions)
        {
            using var cursor = await collection.Indexes.ListAsync(cancellationToken).ConfigureAwait(false);
            var keys = (await cursor.ToListAsync(cancellationToken).ConfigureAwait(false)).ConvertAll(index => index["key"]);
            missing.AddRange(
                from index in indexes
                where !keys.Contains(((BsonDocumentIndexKeysDefinition<BsonDocument>)index.Keys).Document)
                select $"{collection.CollectionNamespace.CollectionName}.{index.Options.Name}"
            );
        }

        return missing;
    }

    private static CreateIndexModel<BsonDocument>[] OfDigestEvents =>
        [
            Index("waiting", new BsonDocument(DigestDocument.EventIsOpen, true), DigestDocument.EventDigest, DigestDocument.Id),
            Index("notification", DigestDocument.EventNotification, DigestDocument.Id),
            Index(
                "summary",
                new BsonDocument(DigestDocument.EventSummary, new BsonDocument("$exists", true)),
                DigestDocument.EventSummary,
                DigestDocument.Id
            ),
        ];

    // The lists of unread and of archived items have their own small indexes.
    private static CreateIndexModel<BsonDocument>[] OfInboxItems =>
        [
            InboxList("current", InboxField.IsCurrent),
            InboxList("unread", InboxField.IsUnread),
            InboxList("archived", InboxField.IsArchived),
            Index("changed", InboxField.User, InboxField.Tenant, InboxField.ChangedAt, InboxField.Id),
            Index("created", InboxField.CreatedAt),
        ];

    private static CreateIndexModel<BsonDocument> InboxList(string name, string flag) =>
        Index(name, new BsonDocument(flag, true), InboxField.User, InboxField.Tenant, InboxField.CreatedAt, InboxField.Id);

    // The indexes that find due deliveries contain no ended ones, so they stay as small as the backlog.
    private static CreateIndexModel<BsonDocument>[] OfDeliveries =>
        [
            Index("due", IsPending, [.. Due.Names]),
            Index("notification", DeliveryField.Notification, DeliveryField.Id),
            Index(
                "collapse",
                new BsonDocument(DeliveryField.Collapse, new BsonDocument("$exists", true)).Merge(IsPending),
                DeliveryField.Collapse,
                DeliveryField.Order
            ),
            Index(
                "chain",
                new BsonDocument(DeliveryField.Chain, new BsonDocument("$exists", true)),
                DeliveryField.Chain,
                DeliveryField.Step
            ),
            // The addresses that a broadcast has reached. Only deliveries of broadcasts are in this index.
            Index(
                "reached",
                new BsonDocument(DeliveryField.AddressKey, new BsonDocument("$exists", true)),
                DeliveryField.Notification,
                DeliveryField.AddressKey
            ),
            Index("deadLetter", IsDeadLetter, DeliveryField.Tenant, DeliveryField.EndedAt, DeliveryField.Id),
            Index(
                "deadLetterProvider",
                IsDeadLetter,
                DeliveryField.Tenant,
                DeliveryField.Provider,
                DeliveryField.EndedAt,
                DeliveryField.Id
            ),
        ];

    // By default, all voting members take part in building an index. On a collection in use, the build must not wait for a
    // member that is down.
    private async ValueTask CreateAsync(
        IMongoCollection<BsonDocument> collection,
        CreateIndexModel<BsonDocument>[] indexes,
        CancellationToken cancellationToken
    )
    {
        // A standalone server rejects a commit quorum.
        var isSingle = database.Database.Client.Cluster.Description.Type == ClusterType.Standalone;
        var options = new CreateManyIndexesOptions { CommitQuorum = isSingle ? null : CreateIndexCommitQuorum.Majority };
        try
        {
            await CreateAsync(collection, indexes, options, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (exception.Code == IndexOptionsConflict && indexes.Length > 1)
        {
            foreach (var index in indexes)
                await CreateAsync(collection, [index], cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (exception.Code == IndexOptionsConflict)
        {
            Log.IndexConflict(logger, collection.CollectionNamespace.CollectionName, indexes[0].Options.Name);
        }
    }

    // No driver repeats this command by itself. Without the repetition, an election would fail the start.
    private static async ValueTask CreateAsync(
        IMongoCollection<BsonDocument> collection,
        CreateIndexModel<BsonDocument>[] indexes,
        CreateManyIndexesOptions options,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await collection.Indexes.CreateManyAsync(indexes, options, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (CommandExtensions.MayRepeat(exception, null, tries))
            {
                await CommandExtensions.PauseAsync(tries, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static CreateIndexModel<BsonDocument> Index(string name, params string[] fields) => Index(name, null, fields);

    private static CreateIndexModel<BsonDocument> Index(string name, BsonDocument? only, params string[] fields) =>
        Create(name, CreateKey(fields), new CreateIndexOptions<BsonDocument> { PartialFilterExpression = only }, only);

    private static CreateIndexModel<BsonDocument> Forgetting(string field) =>
        Create("forget", CreateKey(field), new CreateIndexOptions<BsonDocument> { ExpireAfter = TimeSpan.Zero }, null);

    private static CreateIndexModel<BsonDocument> Create(
        string name,
        BsonDocument key,
        CreateIndexOptions<BsonDocument> options,
        BsonDocument? only
    )
    {
        var definition = new BsonDocument("key", key).With("only", only);
        options.Name = $"{name}_{Convert.ToHexStringLower(SHA256.HashData(definition.ToBson()).AsSpan(0, 4))}";
        return new CreateIndexModel<BsonDocument>(key, options);
    }

    private static BsonDocument CreateKey(params string[] fields) => new(fields.Select(field => new BsonElement(field, 1)));
}
