using System.Collections.Immutable;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// A collection at one moment. Every change makes a new one, so a transaction keeps the one that it began with.
/// </summary>
internal sealed record PeerCollection
{
    public static readonly PeerCollection Empty = new();

    public ImmutableSortedDictionary<BsonValue, BsonDocument> Documents { get; private init; } =
        ImmutableSortedDictionary.Create<BsonValue, BsonDocument>(BsonOrder.Instance);

    /// <summary>Empty where the collection is not sharded.</summary>
    public BsonDocument ShardKey { get; init; } = [];

    public ImmutableList<PeerIndex> Indexes { get; init; } = [PeerIndex.Id];

    public PeerCollection Put(BsonDocument document) => this with { Documents = Documents.SetItem(document["_id"], document) };

    public PeerCollection Remove(BsonValue id) => this with { Documents = Documents.Remove(id) };

    public IEnumerable<BsonDocument> Find(BsonDocument filter)
    {
        // A filter by ids reads only their documents, so that a peer with a backlog stays fast.
        var candidates = filter.TryGetValue("_id", out var id) ? FindByIds(id) : Documents.Values;
        return candidates.Where(document => DocumentFilter.Matches(document, filter));
    }

    private IEnumerable<BsonDocument> FindByIds(BsonValue id)
    {
        if (id is not BsonDocument operators || !DocumentFilter.IsOperators(operators))
            return Documents.TryGetValue(id, out var only) ? [only] : [];
        if (operators.TryGetValue("$in", out var ids))
            return ids.AsBsonArray.Where(Documents.ContainsKey).Distinct().Select(one => Documents[one]);
        return Documents.Values;
    }
}

/// <summary>An index as it was asked for.</summary>
internal sealed record PeerIndex(string Name, BsonDocument Key, BsonDocument? Only, BsonDocument Definition)
{
    public static readonly PeerIndex Id = new("_id_", new BsonDocument("_id", 1), null, []);

    public static PeerIndex Parse(BsonDocument definition) =>
        new(
            definition["name"].AsString,
            definition["key"].AsBsonDocument,
            definition.GetValue("partialFilterExpression", BsonNull.Value) as BsonDocument,
            definition
        );

    public bool HasSameKey(PeerIndex other) => Key == other.Key && Only == other.Only;
}
