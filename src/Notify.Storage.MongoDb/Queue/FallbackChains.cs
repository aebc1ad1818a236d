using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Advances fallback chains: makes the next step due, or cancels the later steps. The links of a chain are read once per batch
/// and compared here, because a filter with a branch for each chain would make the server plan each branch.
/// </summary>
internal sealed class FallbackChains(StoreDatabase database)
{
    /// <summary>Finds all links of the chains that contain the given links.</summary>
    public ValueTask<List<BsonDocument>> FindAsync(
        IReadOnlyCollection<BsonDocument> links,
        CancellationToken cancellationToken
    ) =>
        database.DeliveriesNow.FindAsync(
            null,
            new BsonDocument
            {
                { DeliveryField.User, MatchAny(links, DeliveryField.User) },
                { DeliveryField.Tenant, MatchAny(links, DeliveryField.Tenant) },
                { DeliveryField.Chain, MatchAny(links, DeliveryField.Chain) },
            },
            DeliveryUpdate.LinkFields,
            cancellationToken: cancellationToken
        );

    /// <summary>Makes the step after a link due if it waits for a later time.</summary>
    public static IEnumerable<WriteModel<BsonDocument>> MakeNextDue(
        BsonDocument link,
        IEnumerable<BsonDocument> chain,
        BsonValue now
    ) =>
        chain
            .Where(other => IsSameChain(other, link) && GetStep(other) == GetStep(link) + 1 && IsPending(other))
            .Select(next => new UpdateOneModel<BsonDocument>(
                DeliveryUpdate
                    .GetKey(next)
                    .Add(DeliveryField.Owner, BsonNull.Value)
                    .Add(DeliveryField.DueAt, new BsonDocument("$gt", now)),
                new BsonDocument("$set", new BsonDocument(DeliveryField.DueAt, now))
            ));

    /// <summary>Cancels the waiting steps that a receipt of a link cancels.</summary>
    public static IEnumerable<WriteModel<BsonDocument>> StopLater(
        BsonDocument link,
        IEnumerable<BsonDocument> chain,
        ReceiptKind kind,
        string reason,
        BsonValue now
    )
    {
        var steps = new FallbackPlace(link[DeliveryField.Chain].AsGuid, GetStep(link)).GetCancelledSteps(kind);
        return chain
            .Where(other => IsSameChain(other, link) && ((steps >> GetStep(other)) & 1) == 1 && IsPending(other))
            .Select(later => new UpdateOneModel<BsonDocument>(
                DeliveryUpdate.GetKey(later).Merge(DeliveryUpdate.IsFree(now)),
                DeliveryUpdate.Cancel(reason, now)
            ));
    }

    public static bool IsSameChain(BsonDocument one, BsonDocument other) =>
        one[DeliveryField.Chain] == other[DeliveryField.Chain]
        && one[DeliveryField.Notification] == other[DeliveryField.Notification];

    public static int GetStep(BsonDocument link) => link[DeliveryField.Step].AsInt32;

    private static bool IsPending(BsonDocument link) => (DeliveryState)link[DeliveryField.State].AsInt32 == DeliveryState.Pending;

    private static BsonDocument MatchAny(IReadOnlyCollection<BsonDocument> links, string field) =>
        new("$in", new BsonArray(links.Select(link => link[field]).Distinct()));
}
