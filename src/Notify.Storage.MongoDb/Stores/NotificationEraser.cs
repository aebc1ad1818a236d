using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Erases the data of removed users from notifications. Two processes may erase different users from one notification at the
/// same time, so a notification is replaced only if it has not changed since it was read; otherwise it is read again.
/// </summary>
internal sealed class NotificationEraser(StoreDatabase database, ContentReader contents)
{
    private static readonly BsonDocument OnlyId = new("_id", 1);

    /// <summary>
    /// Removes the addresses and the data of the users of these deliveries or events from the recipients of their notifications.
    /// This happens before the rows are erased, because a pass after a crash could no longer find the addresses in them.
    /// </summary>
    public async ValueTask EraseRecipientsAsync(IEnumerable<BsonDocument> rows, CancellationToken cancellationToken)
    {
        // Deliveries and events have the same names for their notification, their user and their reason.
        var left = rows.Where(row =>
                row.TextOrNull(DeliveryField.Reason) != Erasure.Reason
                || row.TextOrNull(DeliveryField.Address) is not (null or "")
            )
            .ToLookup(row => row[DeliveryField.Notification]);
        var found = await FindAsync(left.Select(ofOne => ofOne.Key), cancellationToken).ConfigureAwait(false);
        foreach (var document in found)
        {
            var ofOne = left[document[NotificationDocument.Id]].ToArray();
            var addresses = ofOne.Where(row => row.Contains(DeliveryField.Address)).Select(ReadAddress);
            var users = ofOne.Select(row => row[DeliveryField.User].AsString);
            await ReplaceAsync(document, [.. addresses], [.. users], hasOthers: true, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Address ReadAddress(BsonDocument delivery) =>
        new(Channel.Create(delivery[DeliveryField.Channel].AsString), delivery[DeliveryField.Address].AsString);

    /// <summary>Removes the content of those of these notifications that have no other recipients.</summary>
    public async ValueTask EraseContentsAsync(IEnumerable<BsonValue> notificationIds, CancellationToken cancellationToken)
    {
        var found = await FindAsync(notificationIds.Distinct(), cancellationToken).ConfigureAwait(false);
        foreach (var document in found)
        {
            if (!await HasOthersAsync(document[NotificationDocument.Id], cancellationToken).ConfigureAwait(false))
                await ReplaceAsync(document, [], [], hasOthers: false, cancellationToken).ConfigureAwait(false);
        }
    }

    // A write that is repeated after an election may have been applied already. Then nothing is left to erase.
    private async ValueTask ReplaceAsync(
        BsonDocument document,
        IReadOnlyCollection<Address> addresses,
        IReadOnlyCollection<string> userIds,
        bool hasOthers,
        CancellationToken cancellationToken
    )
    {
        var id = document[NotificationDocument.Id];
        var read = document;
        while (ErasedNotification.From(NotificationDocument.Read(read), addresses, userIds, hasOthers) is { } erased)
        {
            var update = new UpdateOneModel<BsonDocument>(
                NotificationDocument.GetUnchanged(read),
                NotificationDocument.EraseContent(erased)
            );
            var isReplaced = await database.Notifications.WriteOneAsync(update, cancellationToken).ConfigureAwait(false);
            contents.Remove(erased.Id);
            if (isReplaced)
                return;

            var again = await FindAsync([id], cancellationToken).ConfigureAwait(false);
            if (again.Count == 0)
                return;

            read = again[0];
        }
    }

    private async ValueTask<List<BsonDocument>> FindAsync(IEnumerable<BsonValue> ids, CancellationToken cancellationToken)
    {
        var all = new BsonArray(ids);
        if (all.Count == 0)
            return [];

        var filter = new BsonDocument
        {
            { NotificationDocument.Id, new BsonDocument("$in", all) },
            { NotificationDocument.Contents, new BsonDocument("$exists", true) },
        };
        return await database.NotificationsNow.FindAsync(filter, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> HasOthersAsync(BsonValue notification, CancellationToken cancellationToken)
    {
        var isOther = new BsonDocument("$ne", Erasure.Reason);
        var ofOthers = new BsonDocument
        {
            { DeliveryField.Notification, notification },
            {
                "$or",
                new BsonArray
                {
                    new BsonDocument(DeliveryField.Reason, isOther),
                    new BsonDocument(DeliveryField.Address, new BsonDocument("$ne", "")),
                }
            },
        };
        var eventsOfOthers = new BsonDocument
        {
            { DigestDocument.EventNotification, notification },
            { DigestDocument.EventReason, isOther },
        };
        var unfinished = new BsonDocument
        {
            { ExpansionDocument.Notification, notification },
            { ExpansionDocument.DueAt, new BsonDocument("$exists", true) },
        };
        return await HasAnyAsync(database.DeliveriesNow, ofOthers, cancellationToken).ConfigureAwait(false)
            || await HasAnyAsync(database.DigestEvents, eventsOfOthers, cancellationToken).ConfigureAwait(false)
            || await HasAnyAsync(database.Expansions, unfinished, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> HasAnyAsync(
        IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        CancellationToken cancellationToken
    )
    {
        var found = await collection
            .FindAsync(null, filter, OnlyId, limit: 1, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return found.Count > 0;
    }
}
