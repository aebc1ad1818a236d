using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>Cancels the unsent deliveries of a notification.</summary>
internal sealed class DeliveryCanceller(StoreDatabase database, WriteBatches writes, DigestEvents digests)
{
    public async ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var notification = new BsonDocument
        {
            { NotificationDocument.Id, notificationId.ToBsonValue() },
            { NotificationDocument.Tenant, tenant },
        };
        if (await database.Notifications.CountMatchingAsync(notification, most: 1, cancellationToken).ConfigureAwait(false) == 0)
            return null;

        // Stops expansions first. Deliveries that an expansion was about to add are added by this, and then stopped as well.
        await StopExpansionsAsync(notificationId, now, cancellationToken).ConfigureAwait(false);
        var cancellation = await StopDeliveriesAsync(notificationId, now, cancellationToken).ConfigureAwait(false);
        var (collected, endedEvents) = await RemoveEventsAsync(notificationId, cancellationToken).ConfigureAwait(false);
        return cancellation with { Collected = collected, Ended = cancellation.Ended + endedEvents };
    }

    private async ValueTask StopExpansionsAsync(Guid notificationId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var open = new BsonDocument
        {
            { ExpansionDocument.Notification, notificationId.ToBsonValue() },
            { ExpansionDocument.DueAt, new BsonDocument("$exists", true) },
        };
        var stop = new BsonDocument
        {
            { "$set", new BsonDocument(ExpansionDocument.UpdatedAt, now.ToBsonValue()) },
            {
                "$unset",
                new BsonDocument
                {
                    { ExpansionDocument.DueAt, "" },
                    { ExpansionDocument.Writing, "" },
                    { ExpansionDocument.Reason, "" },
                }
            },
            { "$inc", new BsonDocument(ExpansionDocument.Fence, 1L) },
        };
        while (
            await database
                .Expansions.FindAndUpdateAsync(open, stop, ReturnDocument.Before, cancellationToken)
                .ConfigureAwait(false)
                is { } stopped
        )
        {
            if (stopped.ValueOrNull(ExpansionDocument.Writing) is { } writing)
                await writes.WriteAsync(PendingWrites.Unpack(writing), null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<(long Collected, long Ended)> RemoveEventsAsync(
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        var ofNotification = new BsonDocument(DigestDocument.EventNotification, notificationId.ToBsonValue());
        var isCancelled = new BsonDocument(ofNotification).Add(DigestDocument.EventState, (int)CollectedState.Cancelled);
        var before = await CountEventsAsync(isCancelled, cancellationToken).ConfigureAwait(false);
        await digests.RemoveAsync(ofNotification, NotificationProgress.CancelReason, cancellationToken).ConfigureAwait(false);
        var collected = await CountEventsAsync(isCancelled, cancellationToken).ConfigureAwait(false) - before;
        return (collected, await CountEventsAsync(ofNotification, cancellationToken).ConfigureAwait(false) - collected);
    }

    private async ValueTask<long> CountEventsAsync(BsonDocument filter, CancellationToken cancellationToken) =>
        await database.DigestEvents.CountMatchingAsync(filter, null, cancellationToken).ConfigureAwait(false);

    private async ValueTask<Cancellation> StopDeliveriesAsync(
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var ofNotification = new BsonDocument(DeliveryField.Notification, notificationId.ToBsonValue());
        var batch = DeliveryUpdate.NewBatch();
        var isFree = DeliveryUpdate.IsFree(now.ToBsonValue());
        await database
            .DeliveriesNow.UpdateEachAsync(
                new BsonDocument(ofNotification).Merge(isFree),
                DeliveryUpdate.Key,
                isFree,
                DeliveryUpdate.Cancel(NotificationProgress.CancelReason, now.ToBsonValue(), batch),
                cancellationToken
            )
            .ConfigureAwait(false);

        var cancelled = await database
            .DeliveriesNow.FindAsync(
                null,
                new BsonDocument(ofNotification).Add(DeliveryField.By, batch),
                new BsonDocument(DeliveryField.Id, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        var pending = new BsonDocument(ofNotification).Add(DeliveryField.DueAt, new BsonDocument("$exists", true));
        var inFlight = await database.DeliveriesNow.CountMatchingAsync(pending, null, cancellationToken).ConfigureAwait(false);
        var all = await database.DeliveriesNow.CountMatchingAsync(ofNotification, null, cancellationToken).ConfigureAwait(false);
        return new Cancellation
        {
            Cancelled = cancelled.Count,
            InFlight = inFlight,
            Ended = all - inFlight - cancelled.Count,
            Collected = 0,
            CancelledIds = [.. cancelled.Select(document => document[DeliveryField.Id].AsGuid)],
        };
    }
}
