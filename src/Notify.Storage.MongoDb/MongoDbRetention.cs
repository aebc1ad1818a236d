using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Purges notifications that are past their retention, with all that belongs to them. A server forgets by time alone, and cannot
/// know whether a notification still has something to send, so this looks first. What the server may forget by time it does.
/// </summary>
internal sealed class MongoDbRetention(MongoDbDatabase database, IOptions<NotificationsOptions> options, TimeProvider time)
    : IRetentionStore
{
    public async ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var purged = 0L;
        var old = new BsonDocument(NotificationDocument.AcceptedAt, new BsonDocument("$lt", acceptedBefore.ToBson()));
        while (true)
        {
            var found = await database
                .NotificationsNow.FindAsync(null, old, MongoDbIndexes.Age, MongoDbIndexes.Age, most, cancellationToken)
                .ConfigureAwait(false);
            if (found.Count == 0)
                return purged;

            purged += await PurgeAsync([.. found.Select(document => document[NotificationDocument.Id])], cancellationToken)
                .ConfigureAwait(false);
            old["$or"] = Behind(found[^1]);
        }
    }

    public async ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
    {
        var old = new BsonDocument(MongoDbAnalyticsStore.Minute, new BsonDocument("$lt", before.ToBson()));
        return (await database.DeliveryCounts.DeleteManyAsync(old, cancellationToken).ConfigureAwait(false)).DeletedCount;
    }

    // What expires has an index by which the server itself forgets it.
    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        default;

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        default;

    // Many are accepted in one millisecond, which is as exactly as the server keeps a time.
    private static BsonArray Behind(BsonDocument last) =>
        [
            new BsonDocument(NotificationDocument.AcceptedAt, new BsonDocument("$gt", last[NotificationDocument.AcceptedAt])),
            new BsonDocument
            {
                { NotificationDocument.AcceptedAt, last[NotificationDocument.AcceptedAt] },
                { NotificationDocument.Id, new BsonDocument("$gt", last[NotificationDocument.Id]) },
            },
        ];

    private async ValueTask<long> PurgeAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var ended = await EndedAsync(ids, cancellationToken).ConfigureAwait(false);
        var terminal = OfAny(ended).Add(DeliveryField.DueAt, new BsonDocument("$exists", false));
        var purged = await database.Deliveries.DeleteManyAsync(terminal, cancellationToken).ConfigureAwait(false);

        // A dead letter that was replayed meanwhile is still there, and so its notification stays.
        ended = await EndedAsync(ended, cancellationToken).ConfigureAwait(false);
        await database.Expansions.DeleteManyAsync(OfAny(ended), cancellationToken).ConfigureAwait(false);
        await database.DigestEvents.DeleteManyAsync(OfAny(ended), cancellationToken).ConfigureAwait(false);
        var notifications = new BsonDocument(NotificationDocument.Id, new BsonDocument("$in", new BsonArray(ended)));
        await database
            .Notifications.UpdateManyAsync(
                new BsonDocument(notifications).Add(NotificationDocument.HasKey, true),
                NotificationDocument.Forget(time.GetUtcNow() + options.Value.IdempotencyRetention),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        await database
            .Notifications.DeleteManyAsync(
                new BsonDocument(notifications).Add(NotificationDocument.PurgeAt, new BsonDocument("$exists", false)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return purged.DeletedCount;
    }

    private async ValueTask<BsonValue[]> EndedAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var pending = OfAny(ids).Add(DeliveryField.DueAt, new BsonDocument("$exists", true));
        var open = new HashSet<BsonValue>();
        open.UnionWith(
            await DistinctAsync(database.DeliveriesNow, DeliveryField.Notification, pending, cancellationToken)
                .ConfigureAwait(false)
        );
        open.UnionWith(
            await DistinctAsync(database.Expansions, ExpansionDocument.Notification, pending, cancellationToken)
                .ConfigureAwait(false)
        );
        open.UnionWith(
            await DistinctAsync(
                    database.DigestEvents,
                    DigestDocument.EventNotification,
                    OfAny(ids).Add(DigestDocument.EventIsOpen, true),
                    cancellationToken
                )
                .ConfigureAwait(false)
        );
        return [.. ids.Where(id => !open.Contains(id))];
    }

    private static async ValueTask<List<BsonValue>> DistinctAsync(
        IMongoCollection<BsonDocument> collection,
        string field,
        BsonDocument filter,
        CancellationToken cancellationToken
    )
    {
        using var cursor = await collection
            .DistinctAsync<BsonValue>(field, filter, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    // All that belongs to a notification calls it by the same name.
    private static BsonDocument OfAny(BsonValue[] notificationIds) =>
        new(DeliveryField.Notification, new BsonDocument("$in", new BsonArray(notificationIds)));
}
