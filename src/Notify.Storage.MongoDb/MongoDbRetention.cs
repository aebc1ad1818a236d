using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Removes notifications that are past their retention, with all that belongs to them. A server forgets by time alone, and cannot
/// know whether a notification still has something to send, so this looks first. Every process does it; what one removed others
/// do not find.
/// </summary>
internal sealed class MongoDbRetention(
    MongoDbDatabase database,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<MongoDbRetention> logger) : BackgroundService
{
    private const int AtATime = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Removes what was accepted before <paramref name="before"/> and has ended.</summary>
    public async ValueTask PurgeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var accepted = new BsonDocument("$lt", before.ToBson());
        while (true)
        {
            var found = await database.NotificationsNow.FindAsync(
                null,
                new BsonDocument(NotificationDocument.AcceptedAt, accepted),
                new BsonDocument(NotificationDocument.AcceptedAt, 1),
                new BsonDocument(NotificationDocument.AcceptedAt, 1),
                AtATime,
                cancellationToken).ConfigureAwait(false);
            if (found.Count == 0)
                return;

            await PurgeAsync(
                [.. found.Select(document => document[NotificationDocument.Id])], cancellationToken).ConfigureAwait(false);
            accepted["$gt"] = found[^1][NotificationDocument.AcceptedAt];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Retention is not { } retention)
            return;

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await PurgeAsync(time.GetUtcNow() - retention, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is MongoException or TimeoutException)
            {
                Log.RetentionFailed(logger, exception);
            }
        }
    }

    private async ValueTask PurgeAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var ended = await EndedAsync(ids, cancellationToken).ConfigureAwait(false);
        var terminal = OfAny(ended).Add(DeliveryField.DueAt, new BsonDocument("$exists", false));
        await database.Deliveries.DeleteManyAsync(terminal, cancellationToken).ConfigureAwait(false);

        // A dead letter that was replayed meanwhile is still there, and so its notification stays.
        ended = await EndedAsync(ended, cancellationToken).ConfigureAwait(false);
        await database.Expansions.DeleteManyAsync(OfAny(ended), cancellationToken).ConfigureAwait(false);
        var notifications = new BsonDocument(NotificationDocument.Id, new BsonDocument("$in", new BsonArray(ended)));
        await database.Notifications.UpdateManyAsync(
            new BsonDocument(notifications).Add(NotificationDocument.HasKey, true),
            NotificationDocument.Forget(time.GetUtcNow() + options.Value.IdempotencyRetention),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        await database.Notifications.DeleteManyAsync(
            new BsonDocument(notifications).Add(NotificationDocument.PurgeAt, new BsonDocument("$exists", false)),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<BsonValue[]> EndedAsync(BsonValue[] ids, CancellationToken cancellationToken)
    {
        var pending = OfAny(ids).Add(DeliveryField.DueAt, new BsonDocument("$exists", true));
        var open = new HashSet<BsonValue>();
        open.UnionWith(await DistinctAsync(
            database.DeliveriesNow, DeliveryField.Notification, pending, cancellationToken).ConfigureAwait(false));
        open.UnionWith(await DistinctAsync(
            database.Expansions, ExpansionDocument.Notification, pending, cancellationToken).ConfigureAwait(false));
        open.UnionWith(await DistinctAsync(
            database.DigestEvents, DigestDocument.EventNotification, OfAny(ids), cancellationToken).ConfigureAwait(false));
        return [.. ids.Where(id => !open.Contains(id))];
    }

    private static async ValueTask<List<BsonValue>> DistinctAsync(
        IMongoCollection<BsonDocument> collection, string field, BsonDocument filter, CancellationToken cancellationToken)
    {
        using var cursor = await collection.DistinctAsync<BsonValue>(
            field, filter, cancellationToken: cancellationToken).ConfigureAwait(false);
        return await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    // All that belongs to a notification calls it by the same name.
    private static BsonDocument OfAny(BsonValue[] notificationIds) =>
        new(DeliveryField.Notification, new BsonDocument("$in", new BsonArray(notificationIds)));
}
