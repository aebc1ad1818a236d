using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Decides which requests of a batch may be stored. A key belongs to the notification that claimed it first. A process that
/// finds a key claimed checks whether the notification is stored. Until it is stored or given up, the result is undecided, and
/// the request is checked again later.
/// </summary>
internal sealed class IdempotencyKeys(StoreDatabase database)
{
    public const string ExpiresAt = "expiresAt";

    private const string Id = "_id";
    private const string Notification = "notification";
    private const string Fingerprint = "fingerprint";

    /// <summary>
    /// Claims the keys of the requests and returns the results in their order; null if a result is undecided.
    /// </summary>
    public async ValueTask<EnqueueResult?[]> ClaimAsync(
        IReadOnlyList<EnqueueRequest> batch,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var firsts = batch.Where(request => request.Idempotency is not null).DistinctBy(GetId).ToDictionary(GetId);
        var holders = await InsertAsync(firsts, session, cancellationToken).ConfigureAwait(false);
        var whatBecame = await LookAsync(holders, firsts, session, cancellationToken).ConfigureAwait(false);

        var results = new EnqueueResult?[batch.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var request = batch[i];
            results[i] = request.Idempotency is null
                ? Stored(request)
                : await DecideAsync(request, holders, whatBecame, session, cancellationToken).ConfigureAwait(false);
        }

        return results;
    }

    /// <summary>Finds the notification that holds the key of a request now.</summary>
    public async ValueTask<Guid?> HolderAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        var found = await database
            .Idempotency.FindAsync(new BsonDocument(Id, GetId(request)), cancellationToken)
            .ConfigureAwait(false);
        return found.FirstOrDefault()?[Notification].AsGuid;
    }

    /// <summary>Finds the holder of a key at a time, if its notification is stored.</summary>
    public static async ValueTask<KeyHolder?> FindAsync(
        StoreDatabase database,
        string tenant,
        string key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var held = new BsonDocument
        {
            { Id, BsonForm.Key(tenant, key) },
            { ExpiresAt, new BsonDocument("$gt", now.ToBsonValue()) },
        };
        if (await database.Idempotency.FindAsync(held, cancellationToken).ConfigureAwait(false) is not [var holder])
            return null;

        var claimed = new BsonDocument
        {
            { NotificationDocument.Id, holder[Notification] },
            { NotificationDocument.IsGivenUp, new BsonDocument("$ne", true) },
        };
        return (await database.Notifications.FindAsync(claimed, cancellationToken).ConfigureAwait(false)).Count > 0
            ? new KeyHolder(holder[Notification].AsGuid, holder[Fingerprint].AsByteArray)
            : null;
    }

    // A failed insert would abort the application's transaction, so in a transaction the keys are read first.
    private async ValueTask<Dictionary<string, BsonDocument>> InsertAsync(
        Dictionary<string, EnqueueRequest> firsts,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var claims = firsts.ToDictionary(first => first.Key, first => CreateClaim(first.Value));
        var holders = session is null ? [] : await FindAsync(claims.Keys, session, cancellationToken).ConfigureAwait(false);
        BsonDocument[] free = [.. claims.Values.Where(claim => !holders.ContainsKey(claim[Id].AsString))];
        var taken = await database.Idempotency.InsertNewAsync(session, free, cancellationToken).ConfigureAwait(false);
        var others = await FindAsync(taken.Select(i => free[i][Id].AsString), session, cancellationToken).ConfigureAwait(false);
        foreach (var (id, holder) in others)
            holders.Add(id, holder);
        foreach (var claim in free.Where((_, i) => !taken.Contains(i)))
            holders.Add(claim[Id].AsString, claim);
        return holders;
    }

    private async ValueTask<Dictionary<string, BsonDocument>> FindAsync(
        IEnumerable<string> ids,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var among = new BsonArray(ids);
        if (among.Count == 0)
            return [];

        var found = await database
            .Idempotency.FindAsync(
                session,
                new BsonDocument(Id, new BsonDocument("$in", among)),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return found.ToDictionary(holder => holder[Id].AsString);
    }

    /// <summary>
    /// Finds the state of the notifications that hold keys: true if stored, false if given up; undecided ones are missing.
    /// </summary>
    private async ValueTask<Dictionary<Guid, bool>> LookAsync(
        Dictionary<string, BsonDocument> holders,
        Dictionary<string, EnqueueRequest> firsts,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var whatBecame = firsts.Values.ToDictionary(first => first.Notification.Id, _ => true);
        var held = holders.Values.Select(holder => holder[Notification].AsGuid);
        Guid[] others = [.. held.Where(id => !whatBecame.ContainsKey(id)).Distinct()];
        if (others.Length == 0)
            return whatBecame;

        // Within a transaction, only documents that the transaction itself reads are certain to exist when it commits.
        var found = await database
            .Notifications.FindAsync(
                session,
                new BsonDocument(NotificationDocument.Id, new BsonDocument("$in", others.ToBsonValue())),
                new BsonDocument(NotificationDocument.IsGivenUp, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        foreach (var document in found)
            whatBecame.Add(document[NotificationDocument.Id].AsGuid, !document.Contains(NotificationDocument.IsGivenUp));
        return whatBecame;
    }

    private async ValueTask<EnqueueResult?> DecideAsync(
        EnqueueRequest request,
        Dictionary<string, BsonDocument> holders,
        Dictionary<Guid, bool> whatBecame,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        if (!holders.TryGetValue(GetId(request), out var holder))
            return null;

        var holderId = holder[Notification].AsGuid;
        if (holderId == request.Notification.Id)
            return Stored(request);
        var isThere = whatBecame.TryGetValue(holderId, out var answer) ? answer : (bool?)null;
        if (holder[ExpiresAt].AsTime() <= request.Notification.AcceptedAt.ToBsonValue().AsTime() || isThere == false)
            return await TakeOverAsync(request, holders, session, cancellationToken).ConfigureAwait(false);
        if (isThere is null)
            return null;

        var same = holder[Fingerprint].AsByteArray.AsSpan().SequenceEqual(request.Idempotency!.Fingerprint.Span);
        return new EnqueueResult(same ? EnqueueStatus.Duplicate : EnqueueStatus.Conflict, holderId);
    }

    private async ValueTask<EnqueueResult?> TakeOverAsync(
        EnqueueRequest request,
        Dictionary<string, BsonDocument> holders,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var claim = CreateClaim(request);
        var held = new BsonDocument { { Id, claim[Id] }, { Notification, holders[claim[Id].AsString][Notification] } };
        var (matched, _) = await database
            .Idempotency.WriteAsync(session, [new ReplaceOneModel<BsonDocument>(held, claim)], cancellationToken)
            .ConfigureAwait(false);
        if (matched == 0)
            return null;

        holders[claim[Id].AsString] = claim;
        return Stored(request);
    }

    private static EnqueueResult Stored(EnqueueRequest request) => new(EnqueueStatus.Stored, request.Notification.Id);

    private static BsonDocument CreateClaim(EnqueueRequest request) =>
        new()
        {
            { Id, GetId(request) },
            { Notification, request.Notification.Id.ToBsonValue() },
            { Fingerprint, request.Idempotency!.Fingerprint.ToArray() },
            { ExpiresAt, request.Idempotency.ExpiresAt.ToBsonValue() },
        };

    private static string GetId(EnqueueRequest request) => BsonForm.Key(request.Notification.Tenant, request.Idempotency!.Key);
}
