using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Finds and replays dead letters.</summary>
internal sealed class DeadLetterStore(StoreDatabase database, ContentReader contents) : IDeadLetterStore
{
    private static readonly BsonDocument ById = new(DeliveryField.Id, 1);

    public async ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .Deliveries.FindAsync(null, Matching(filter, after), sort: ById, limit: limit, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return await NotificationStore.RecordsAsync(found, contents, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        await database.Deliveries.CountMatchingAsync(Matching(filter, null), null, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Replays dead letters. Concurrent replays find the same ones; each goes to one of them, and the others search for more.
    /// </summary>
    public async ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        var replayed = 0;
        while (replayed < request.Limit)
        {
            var found = await database
                .DeliveriesNow.FindAsync(
                    null,
                    Matching(request.Filter, null),
                    new BsonDocument(DeliveryUpdate.Key).Add(DeliveryField.Fence, 1),
                    ById,
                    request.Limit - replayed,
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (found.Count == 0)
                break;

            var (matched, _) = await database
                .Deliveries.WriteAsync(
                    null,
                    found.Select(document => new UpdateOneModel<BsonDocument>(document, Replayed(request))),
                    cancellationToken
                )
                .ConfigureAwait(false);
            replayed += (int)matched;
        }

        return replayed;
    }

    private static BsonDocument Replayed(ReplayRequest request) =>
        new()
        {
            {
                "$set",
                new BsonDocument
                {
                    { DeliveryField.State, (int)DeliveryState.Pending },
                    { DeliveryField.DueAt, request.Now.ToBsonValue() },
                    { DeliveryField.NotBefore, request.Now.ToBsonValue() },
                    { DeliveryField.ExpiresAt, request.ExpiresAt.ToBsonValue() },
                    { DeliveryField.Spent, 0 },
                    { DeliveryField.RetryDelay, 0L },
                    { DeliveryField.Reason, "replayed" },
                }
            },
            {
                "$unset",
                new BsonDocument { { DeliveryField.EndedAt, "" }, { DeliveryField.Owner, "" } }
            },
            { "$inc", new BsonDocument(DeliveryField.Fence, 1L) },
        };

    private static BsonDocument Matching(DeadLetterFilter filter, Guid? after)
    {
        var ids = new BsonDocument().With("$in", filter.Ids?.ToBsonValue()).With("$gt", after?.ToBsonValue());
        var ended = new BsonDocument().With("$gte", filter.From?.ToBsonValue()).With("$lt", filter.To?.ToBsonValue());
        // An erased delivery has no address and cannot be replayed.
        return new BsonDocument
        {
            { DeliveryField.Tenant, filter.Tenant },
            { DeliveryField.State, (int)DeliveryState.DeadLetter },
            { DeliveryField.Address, new BsonDocument("$ne", "") },
        }
            .With(DeliveryField.Id, ids.ElementCount == 0 ? null : ids)
            .With(DeliveryField.Provider, filter.Provider)
            .With(DeliveryField.Reason, filter.Reason is { } words ? new BsonRegularExpression(Regex.Escape(words)) : null)
            .With(DeliveryField.EndedAt, ended.ElementCount == 0 ? null : ended);
    }
}
