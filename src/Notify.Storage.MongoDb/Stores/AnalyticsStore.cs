using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps counts per minute in their own collection.</summary>
internal sealed class AnalyticsStore(StoreDatabase database) : IAnalyticsStore
{
    public const string Minute = "minute";

    /// <summary>The tenant. With the minute, it is the shard key.</summary>
    public const string Tenant = "tenant";

    /// <summary>The projection of the id and the shard key of a count.</summary>
    public static readonly BsonDocument Key = new() { { Tenant, 1 }, { Minute, 1 } };

    private const string Id = "_id";
    private const string OfChannel = "channel";
    private const string Provider = "provider";
    private const string State = "state";
    private const string Count = "count";

    public async ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken)
    {
        if (counts.Count > 0)
            await database
                .DeliveryCounts.UpsertAsync(null, counts.Select(Add), mayRepeat: false, cancellationToken)
                .ConfigureAwait(false);
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
                        new BsonDocument { { "$gte", from.ToBsonValue() }, { "$lt", to.ToBsonValue() } }
                    },
                },
                sort: new BsonDocument(Minute, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found.Select(document => new DeliveryCount
            {
                Minute = document[Minute].AsTime(),
                Tenant = document[Tenant].AsString,
                Channel = Channel.Create(document[OfChannel].AsString),
                Provider = document[Provider].AsString,
                State = (DeliveryState)document[State].AsInt32,
                Count = document[Count].AsInt64,
            }),
        ];
    }

    private static UpdateOneModel<BsonDocument> Add(DeliveryCount count)
    {
        var minute = count.Minute.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var key = new BsonDocument
        {
            { Id, BsonForm.Key(count.Tenant, minute, count.Channel.Name, count.Provider, count.State.ToString()) },
            { Tenant, count.Tenant },
            { Minute, count.Minute.ToBsonValue() },
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
