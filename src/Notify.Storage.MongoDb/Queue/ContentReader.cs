using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Reads the contents that the deliveries of a notification share, and which notifications are stored. A delivery counts only if
/// its notification is stored.
/// </summary>
internal sealed class ContentReader(StoreDatabase database)
{
    private readonly ContentCache _cache = new();

    /// <summary>
    /// Reads the contents of those of the notifications that are stored; one query reads those that are not in the cache.
    /// </summary>
    public async ValueTask<Dictionary<Guid, StoredContents>> GetAsync(
        IEnumerable<Guid> notificationIds,
        CancellationToken cancellationToken
    )
    {
        var contents = _cache.Find(notificationIds, out var missing);
        if (missing.Count > 0)
            await ReadAsync(missing, contents, cancellationToken).ConfigureAwait(false);
        return contents;
    }

    /// <summary>Finds which of these notifications are stored.</summary>
    public ValueTask<HashSet<Guid>> ThereAsync(IEnumerable<Guid> notificationIds, CancellationToken cancellationToken) =>
        ThereAsync(notificationIds, null, cancellationToken);

    /// <summary>Finds which of these notifications are stored, as the transaction sees it if there is one.</summary>
    public async ValueTask<HashSet<Guid>> ThereAsync(
        IEnumerable<Guid> notificationIds,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { NotificationDocument.Id, new BsonDocument("$in", notificationIds.Distinct().ToBsonValue()) },
            { NotificationDocument.IsGivenUp, new BsonDocument("$ne", true) },
        };
        var found = await database
            .NotificationsNow.FindAsync(
                session,
                filter,
                new BsonDocument(NotificationDocument.Id, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(document => document[NotificationDocument.Id].AsGuid)];
    }

    /// <summary>Removes the erased contents of a notification from the cache.</summary>
    public void Remove(Guid notificationId) => _cache.Remove(notificationId);

    private async ValueTask ReadAsync(
        HashSet<Guid> missing,
        Dictionary<Guid, StoredContents> contents,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .NotificationsNow.FindAsync(
                null,
                new BsonDocument(NotificationDocument.Id, new BsonDocument("$in", missing.ToBsonValue())),
                new BsonDocument(NotificationDocument.Contents, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        foreach (var document in found)
        {
            if (document.ValueOrNull(NotificationDocument.Contents)?.AsByteArray is not { } json)
                continue;

            var read = StoredForm.ReadContents(json);
            contents.Add(document[NotificationDocument.Id].AsGuid, read);
            _cache.Add(document[NotificationDocument.Id].AsGuid, read, json.Length);
        }
    }
}
