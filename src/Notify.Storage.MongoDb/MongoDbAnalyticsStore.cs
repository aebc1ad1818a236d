using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Analytics;
using Notify.Queueing;

namespace Notify.Storage.MongoDb;

/// <summary>Counts per minute, in a collection of their own.</summary>
internal sealed class MongoDbAnalyticsStore(MongoDbDatabase database) : IAnalyticsStore
{
    /// <summary>What the collection is sharded by, with the tenant: the time.</summary>
    public const string Minute = "minute";

    public const string Tenant = "tenant";

    private const string Id = "_id";
    private const string OfChannel = "channel";
    private const string Provider = "provider";
    private const string State = "state";
    private const string Count = "count";

    public async ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken)
    {
        if (counts.Count > 0)
            await database.DeliveryCounts.UpsertAsync(null, counts.Select(Add), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .DeliveryCounts.FindAsync(
                null,
                new BsonDocument
                {
                    { Tenant, tenant },
                    {
                        Minute,
                        new BsonDocument { { "$gte", from.ToBson() }, { "$lt", to.ToBson() } }
                    },
                },
                sort: new BsonDocument(Minute, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found.Select(document => new DeliveryCount(
                document[Minute].AsTime(),
                document[Tenant].AsString,
                Channel.Named(document[OfChannel].AsString),
                document[Provider].AsString,
                (DeliveryState)document[State].AsInt32,
                document[Count].AsInt64
            )),
        ];
    }

    private static UpdateOneModel<BsonDocument> Add(DeliveryCount count)
    {
        var minute = count.Minute.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var key = new BsonDocument
        {
            { Id, BsonForm.Key(count.Tenant, minute, count.Channel.Name, count.Provider, count.State.ToString()) },
            { Minute, count.Minute.ToBson() },
            { Tenant, count.Tenant },
        };
        var kind = new BsonDocument
        {
            { OfChannel, count.Channel.Name },
            { Provider, count.Provider },
            { State, (int)count.State },
        };
        var add = new BsonDocument { { "$setOnInsert", kind }, { "$inc", new BsonDocument(Count, count.Count) } };
        return new UpdateOneModel<BsonDocument>(key, add) { IsUpsert = true };
    }
}
