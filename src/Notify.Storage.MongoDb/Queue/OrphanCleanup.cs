using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Removes documents whose notification a crash kept from being written. It first inserts a document in the notification's
/// place that marks it as given up. That insert decides the race, whatever the clocks show: either the notification's own
/// process comes too late and its insert fails, or the notification exists and this insert fails.
/// </summary>
internal sealed class OrphanCleanup(StoreDatabase database)
{
    /// <summary>The time that a process may take to write a notification after the documents that belong to it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LeastPutOff = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan MostPutOff = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>
    /// Computes when to check again a document whose notification is missing. While the document is young, its process is
    /// probably about to write the notification, so the check is repeated soon. An older one was left behind by a crash and
    /// can wait.
    /// </summary>
    public static DateTimeOffset PutOff(DateTimeOffset acceptedAt, DateTimeOffset now) =>
        now + TimeSpan.FromTicks(Math.Clamp((now - acceptedAt).Ticks / 4, LeastPutOff.Ticks, MostPutOff.Ticks));

    /// <summary>Gives up the overdue ones of these notifications, and removes the documents that belong to them.</summary>
    /// <param name="missing">The missing notifications, with the times at which they were accepted.</param>
    /// <param name="now">The current time.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask ClearAsync(
        IEnumerable<(Guid Id, DateTimeOffset AcceptedAt)> missing,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        foreach (var (id, _) in missing.Where(one => one.AcceptedAt < now - Patience).DistinctBy(one => one.Id))
        {
            if (await GiveUpAsync(id, now, cancellationToken).ConfigureAwait(false))
                await ForgetAsync(id, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ensures that a notification can never be written. Returns false if it is already stored.</summary>
    public async ValueTask<bool> GiveUpAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await database
            .Notifications.InsertNewAsync(null, [NotificationDocument.GivenUp(id, now + Remembered)], cancellationToken)
            .ConfigureAwait(false);
        if (known.Count == 0)
            return true;

        var filter = new BsonDocument { { NotificationDocument.Id, id.ToBsonValue() }, { NotificationDocument.IsGivenUp, true } };
        // The mark must be on a majority. Otherwise an election could undo it after the deliveries have been removed.
        return (await database.Notifications.FindAsync(filter, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    private async ValueTask ForgetAsync(Guid id, CancellationToken cancellationToken)
    {
        var ofNotification = new BsonDocument(DeliveryField.Notification, id.ToBsonValue());
        await database
            .DeliveriesNow.DeleteEachAsync(ofNotification, DeliveryUpdate.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await database
            .Expansions.DeleteEachAsync(ofNotification, ExpansionDocument.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await database
            .DigestEvents.DeleteEachAsync(ofNotification, DigestDocument.EventKey, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
    }
}
