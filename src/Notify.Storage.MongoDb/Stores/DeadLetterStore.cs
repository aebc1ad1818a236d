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
    private static readonly BsonDocument NewestFirst = new() { { DeliveryField.EndedAt, -1 }, { DeliveryField.Id, -1 } };
    private static readonly BsonDocument OldestFirst = new() { { DeliveryField.EndedAt, 1 }, { DeliveryField.Id, 1 } };

    public async ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .Deliveries.FindAsync(
                null,
                Matching(filter, after),
                sort: NewestFirst,
                limit: limit,
                cancellationToken: cancellationToken
            )
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
                    OldestFirst,
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

    private static BsonDocument Matching(DeadLetterFilter filter, DeadLetterPosition? after) =>
        Matching(filter).Merge(after is { } last ? Before(filter, last) : InPeriod(filter.From, filter.To));

    // An erased delivery has no address and cannot be replayed.
    private static BsonDocument Matching(DeadLetterFilter filter) =>
        new BsonDocument
        {
            { DeliveryField.Tenant, filter.Tenant },
            { DeliveryField.State, (int)DeliveryState.DeadLetter },
            { DeliveryField.Address, new BsonDocument("$ne", "") },
        }
            .With(DeliveryField.Id, filter.Ids is { } ids ? new BsonDocument("$in", ids.ToBsonValue()) : null)
            .With(DeliveryField.Provider, filter.Provider)
            .With(DeliveryField.Reason, filter.Reason is { } words ? new BsonRegularExpression(Regex.Escape(words)) : null);

    /// <summary>
    /// Creates the condition for the rest of a list. Each branch has its own part of the period, so that the server begins at the
    /// position in the index, however many ended at the same time.
    /// </summary>
    private static BsonDocument Before(DeadLetterFilter filter, DeadLetterPosition last)
    {
        if (filter.To <= last.EndedAt || filter.From > last.EndedAt)
            return InPeriod(filter.From, filter.To < last.EndedAt ? filter.To : last.EndedAt);

        return new BsonDocument(
            "$or",
            new BsonArray
            {
                InPeriod(filter.From, last.EndedAt),
                new BsonDocument
                {
                    { DeliveryField.EndedAt, last.EndedAt.ToBsonValue() },
                    { DeliveryField.Id, new BsonDocument("$lt", last.Id.ToBsonValue()) },
                },
            }
        );
    }

    private static BsonDocument InPeriod(DateTimeOffset? from, DateTimeOffset? to)
    {
        var ended = new BsonDocument().With("$gte", from?.ToBsonValue()).With("$lt", to?.ToBsonValue());
        return new BsonDocument().With(DeliveryField.EndedAt, ended.ElementCount == 0 ? null : ended);
    }
}
