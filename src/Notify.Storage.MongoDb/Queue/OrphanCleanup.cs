using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Clears away what a crash left behind: what was written for a notification that is not there. Writing in its place that it was
/// given up decides which of the two happened, whatever the clocks say: either its own process comes too late from now on, or it
/// was there.
/// </summary>
internal sealed class OrphanCleanup(StoreDatabase database)
{
    /// <summary>How long a process may take to write a notification after what belongs to it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LeastPutOff = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan MostPutOff = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>
    /// When to look again at something whose notification is not there. While it is young, its process is most likely about to
    /// write the notification, within the time that a majority takes; what is older was left behind by a crash, and can wait.
    /// </summary>
    public static DateTimeOffset PutOff(DateTimeOffset acceptedAt, DateTimeOffset now) =>
        now + TimeSpan.FromTicks(Math.Clamp((now - acceptedAt).Ticks / 4, LeastPutOff.Ticks, MostPutOff.Ticks));

    /// <summary>Gives up those of these notifications that are overdue.</summary>
    /// <param name="missing">Notifications that are not there, with when they were accepted.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels it.</param>
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

    /// <summary>Makes sure that a notification can never be written any more; false when it is there.</summary>
    public async ValueTask<bool> GiveUpAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await database
            .Notifications.InsertNewAsync(null, [NotificationDocument.GivenUp(id, now + Remembered)], cancellationToken)
            .ConfigureAwait(false);
        if (known.Count == 0)
            return true;

        var filter = new BsonDocument { { NotificationDocument.Id, id.ToBsonValue() }, { NotificationDocument.IsGivenUp, true } };
        // A majority must have it: what only the primary has can be undone by an election, after the deliveries are gone.
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
