using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Purges notifications whose retention has ended, with everything that belongs to them. A TTL index deletes by time alone and
/// cannot check whether a notification still has something to send, so this class checks first. Data that may expire by time
/// alone has TTL indexes. The purge rests after each page of notifications, so that sending goes on.
/// </summary>
internal sealed class RetentionStore(StoreDatabase database, IOptions<NotificationsOptions> options, TimeProvider time)
    : IRetentionStore
{
    public async ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var pace = new PurgePace(TimeProvider.System);
        var purged = 0L;
        var old = new BsonDocument(NotificationDocument.AcceptedAt, new BsonDocument("$lt", acceptedBefore.ToBsonValue()));
        while (true)
        {
            pace.Begin();
            var found = await database
                .NotificationsNow.FindAsync(null, old, Indexes.Age, Indexes.Age, most, cancellationToken)
                .ConfigureAwait(false);
            if (found.Count == 0)
                return purged;

            purged += await PurgeAsync([.. found.Select(document => document[NotificationDocument.Id])], cancellationToken)
                .ConfigureAwait(false);
            old["$or"] = Behind(found[^1]);
            await pace.RestAsync(found[^1][NotificationDocument.AcceptedAt].AsTime(), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
    {
        var old = new BsonDocument(AnalyticsDocument.Day, new BsonDocument("$lt", before.ToBsonValue()));
        return await database
            .Analytics.DeleteEachAsync(old, AnalyticsDocument.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
    }

    // The server deletes expired keys by a TTL index.
    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        default;

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        default;

    // Times are stored in milliseconds, and many notifications may be accepted in one millisecond, so the id is compared as
    // well.
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
        if (ended.Length == 0)
            return 0;

        var hasEnded = new BsonDocument(DeliveryField.DueAt, new BsonDocument("$exists", false));
        var purged = await database
            .DeliveriesNow.DeleteEachAsync(
                OfAny(ended).Merge(hasEnded),
                DeliveryUpdate.Key,
                hasEnded,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);

        // A remaining delivery keeps its notification, for example a dead letter that was replayed meanwhile.
        ended = await WithoutDeliveriesAsync(ended, cancellationToken).ConfigureAwait(false);
        if (ended.Length == 0)
            return purged;

        await database
            .Expansions.DeleteEachAsync(OfAny(ended), ExpansionDocument.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await database
            .DigestEvents.DeleteEachAsync(OfAny(ended), DigestDocument.EventKey, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await PurgeNotificationsAsync(ended, cancellationToken).ConfigureAwait(false);
        return purged;
    }

    private async ValueTask PurgeNotificationsAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var hasKey = new BsonDocument(NotificationDocument.HasKey, true);
        await database
            .Notifications.WriteAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(
                    new BsonDocument(NotificationDocument.Id, id).Merge(hasKey),
                    NotificationDocument.Forget(time.GetUtcNow() + options.Value.IdempotencyRetention)
                )),
                cancellationToken
            )
            .ConfigureAwait(false);
        var isNotKept = new BsonDocument(NotificationDocument.PurgeAt, new BsonDocument("$exists", false));
        await database
            .Notifications.WriteAsync(
                null,
                ids.Select(id => new DeleteOneModel<BsonDocument>(
                    new BsonDocument(NotificationDocument.Id, id).Merge(isNotKept)
                )),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async ValueTask<BsonValue[]> WithoutDeliveriesAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var left = await database
            .DeliveriesNow.FindValuesAsync<BsonValue>(DeliveryField.Notification, OfAny(ids), cancellationToken)
            .ConfigureAwait(false);
        return [.. ids.Except(left)];
    }

    private async ValueTask<BsonValue[]> EndedAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var pending = OfAny(ids).Add(DeliveryField.DueAt, new BsonDocument("$exists", true));
        var open = new HashSet<BsonValue>();
        open.UnionWith(
            await database
                .DeliveriesNow.FindValuesAsync<BsonValue>(DeliveryField.Notification, pending, cancellationToken)
                .ConfigureAwait(false)
        );
        open.UnionWith(
            await database
                .Expansions.FindValuesAsync<BsonValue>(ExpansionDocument.Notification, pending, cancellationToken)
                .ConfigureAwait(false)
        );
        open.UnionWith(
            await database
                .DigestEvents.FindValuesAsync<BsonValue>(
                    DigestDocument.EventNotification,
                    OfAny(ids).Add(DigestDocument.EventIsOpen, true),
                    cancellationToken
                )
                .ConfigureAwait(false)
        );
        return [.. ids.Where(id => !open.Contains(id))];
    }

    // The documents that belong to a notification have its id in the same field.
    private static BsonDocument OfAny(BsonValue[] notificationIds) =>
        new(DeliveryField.Notification, new BsonDocument("$in", new BsonArray(notificationIds)));
}
