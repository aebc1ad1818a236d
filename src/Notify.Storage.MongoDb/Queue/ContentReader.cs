using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// The contents that a notification's deliveries share, and with them whether it is there: what belongs to one that is not does
/// not count.
/// </summary>
internal sealed class ContentReader(StoreDatabase database)
{
    private readonly ContentCache _kept = new();

    /// <summary>The contents of those of these notifications that are there; those that are not kept in one query.</summary>
    public async ValueTask<Dictionary<Guid, StoredContents>> OfAsync(
        IEnumerable<Guid> notificationIds,
        CancellationToken cancellationToken
    )
    {
        var contents = new Dictionary<Guid, StoredContents>();
        var missing = new HashSet<Guid>();
        foreach (var id in notificationIds.Distinct())
        {
            if (_kept.Find(id) is { } known)
                contents.Add(id, known);
            else
                missing.Add(id);
        }

        if (missing.Count > 0)
            await ReadAsync(missing, contents, cancellationToken).ConfigureAwait(false);
        return contents;
    }

    /// <summary>Which of these notifications are there.</summary>
    public ValueTask<HashSet<Guid>> ThereAsync(IEnumerable<Guid> notificationIds, CancellationToken cancellationToken) =>
        ThereAsync(notificationIds, null, cancellationToken);

    /// <summary>Which of these notifications are there, as a transaction sees it where there is one.</summary>
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

    /// <summary>Drops the contents of a notification that were erased.</summary>
    public void Remove(Guid notificationId) => _kept.Remove(notificationId);

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
            _kept.Add(document[NotificationDocument.Id].AsGuid, read, json.Length);
        }
    }
}
