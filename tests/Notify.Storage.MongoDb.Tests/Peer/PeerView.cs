using System.Collections.Immutable;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>Carries out commands on the collections as they are, or as a transaction sees them.</summary>
internal sealed class PeerView(ImmutableDictionary<string, PeerCollection> collections, Action<QueryShape>? observe)
{
    /// <summary>The comment of a command that a test sends, to look in from outside. No index needs to serve it.</summary>
    public const string FromOutside = "from outside";

    private const int MaxDocumentSize = 16 << 20;

    private bool _isFromOutside;

    public ImmutableDictionary<string, PeerCollection> Collections { get; private set; } = collections;

    /// <summary>The documents that were written, by collection and id.</summary>
    public HashSet<(string Collection, BsonValue Id)> Written { get; } = [];

    public BsonDocument? Execute(BsonDocument command)
    {
        var name = command.GetElement(0).Name;
        if (!command.GetElement(0).Value.IsString)
            return null;

        _isFromOutside = command.GetValue("comment", "") == FromOutside;
        var collection = name == "shardCollection" ? command[0].AsString : $"{command["$db"]}.{command[0]}";
        return name switch
        {
            "find" => CreateCursor(collection, Find(collection, command)),
            "aggregate" => CreateCursor(collection, Aggregate(collection, command)),
            "distinct" => Distinct(collection, command),
            "insert" => Insert(collection, command["documents"].AsBsonArray),
            "update" => Update(collection, command["updates"].AsBsonArray),
            "delete" => Delete(collection, command["deletes"].AsBsonArray),
            "findAndModify" => FindAndModify(collection, command),
            "createIndexes" => CreateIndexes(collection, command["indexes"].AsBsonArray),
            "dropIndexes" => DropIndex(collection, command["index"].AsString),
            "shardCollection" => Shard(collection, command["key"].AsBsonDocument),
            "listIndexes" => CreateCursor(collection, Get(collection).Indexes.Skip(1).Select(index => index.Definition)),
            _ => null,
        };
    }

    private PeerCollection Get(string collection) => Collections.GetValueOrDefault(collection, PeerCollection.Empty);

    private IEnumerable<BsonDocument> Find(string collection, BsonDocument command)
    {
        var filter = command["filter"].AsBsonDocument;
        var sort = command.GetValue("sort", BsonNull.Value) as BsonDocument;
        var limit = command.GetValue("limit", 0).ToInt32();
        Check("find", collection, filter, sort);
        var found = DocumentQuery.Sort(Get(collection).Find(filter), sort);
        var projection = command.GetValue("projection", BsonNull.Value) as BsonDocument;
        return found
            .Skip(command.GetValue("skip", 0).ToInt32())
            .Take(limit == 0 ? int.MaxValue : limit)
            .Select(document => DocumentQuery.Project(document, projection));
    }

    private IEnumerable<BsonDocument> Aggregate(string collection, BsonDocument command)
    {
        var pipeline = command["pipeline"].AsBsonArray;
        var match = pipeline[0].AsBsonDocument.GetValue("$match", new BsonDocument()).AsBsonDocument;
        Check("aggregate", collection, match, null);
        return DocumentQuery.Run(Get(collection).Find(match), pipeline);
    }

    private BsonDocument Distinct(string collection, BsonDocument command)
    {
        var filter = command["query"].AsBsonDocument;
        var field = command["key"].AsString;
        Check($"distinct {field}", collection, filter, null);
        var values = Get(collection)
            .Find(filter)
            .Select(document => document.GetValue(field, null))
            .OfType<BsonValue>()
            .Distinct();
        return new BsonDocument { { "values", new BsonArray(values) }, { "ok", 1 } };
    }

    private BsonDocument Insert(string collection, BsonArray documents)
    {
        var errors = new BsonArray();
        for (var i = 0; i < documents.Count; i++)
        {
            var document = documents[i].AsBsonDocument;
            if (Get(collection).Documents.ContainsKey(document["_id"]))
                errors.Add(PeerError.DuplicateKey.CreateWriteError(i));
            else if (TryWrite(collection, null, document) is { } error)
                errors.Add(error.CreateWriteError(i));
        }

        return CreateWriteAnswer(documents.Count - errors.Count, errors);
    }

    private BsonDocument Update(string collection, BsonArray updates)
    {
        var (errors, upserted) = (new BsonArray(), new BsonArray());
        var matched = 0;
        for (var i = 0; i < updates.Count; i++)
        {
            var update = updates[i].AsBsonDocument;
            var (filter, change) = (update["q"].AsBsonDocument, update["u"].AsBsonDocument);
            var isMulti = update.GetValue("multi", false).ToBoolean();
            Check(isMulti ? "update many" : "update one", collection, filter, null);
            CheckShardKey(collection, filter, orId: !update.GetValue("upsert", false).ToBoolean(), isMulti);
            BsonDocument[] found = [.. Get(collection).Find(filter).Take(isMulti ? int.MaxValue : 1)];
            matched += found.Length;
            var error = found
                .Select(document => TryWrite(collection, document, DocumentChange.Apply(document, change, filter)))
                .FirstOrDefault(error => error is not null);
            if (found.Length == 0 && update.GetValue("upsert", false).ToBoolean())
                error = Upsert(collection, filter, change, i, upserted);
            if (error is not null)
                errors.Add(error.CreateWriteError(i));
        }

        var answer = CreateWriteAnswer(matched + upserted.Count, errors).Add("nModified", matched);
        return upserted.Count == 0 ? answer : answer.Add("upserted", upserted);
    }

    private PeerError? Upsert(string collection, BsonDocument filter, BsonDocument change, int index, BsonArray upserted)
    {
        var document = DocumentChange.Apply(DocumentChange.CreateFromFilter(filter), change, filter, isNew: true);
        if (Get(collection).Documents.ContainsKey(document["_id"]))
            return PeerError.DuplicateKey;

        upserted.Add(new BsonDocument { { "index", index }, { "_id", document["_id"] } });
        return TryWrite(collection, null, document);
    }

    private BsonDocument Delete(string collection, BsonArray deletes)
    {
        var count = 0;
        foreach (var delete in deletes.Select(delete => delete.AsBsonDocument))
        {
            var (filter, limit) = (delete["q"].AsBsonDocument, delete["limit"].ToInt32());
            Check(limit == 0 ? "delete many" : "delete one", collection, filter, null);
            CheckShardKey(collection, filter, orId: true, isMulti: limit == 0);
            foreach (var document in Get(collection).Find(filter).Take(limit == 0 ? int.MaxValue : limit).ToArray())
            {
                Collections = Collections.SetItem(collection, Get(collection).Remove(document["_id"]));
                Written.Add((collection, document["_id"]));
                count++;
            }
        }

        return CreateWriteAnswer(count, []);
    }

    private BsonDocument FindAndModify(string collection, BsonDocument command)
    {
        var filter = command["query"].AsBsonDocument;
        Check("find and modify", collection, filter, null);
        CheckShardKey(collection, filter, orId: false, isMulti: false);
        var found = Get(collection).Find(filter).FirstOrDefault();
        if (found is null)
            return new BsonDocument { { "value", BsonNull.Value }, { "ok", 1 } };

        var changed = DocumentChange.Apply(found, command["update"].AsBsonDocument, filter);
        if (TryWrite(collection, found, changed) is { } error)
            throw new PeerException(error);
        return new BsonDocument { { "value", command.GetValue("new", false).ToBoolean() ? changed : found }, { "ok", 1 } };
    }

    // https://www.mongodb.com/docs/manual/reference/method/db.collection.createIndex/#behaviors
    private BsonDocument CreateIndexes(string collection, BsonArray definitions)
    {
        foreach (var index in definitions.Select(definition => PeerIndex.Parse(definition.AsBsonDocument)))
        {
            var indexes = Get(collection).Indexes;
            if (indexes.Find(known => known.Name == index.Name) is { } named)
            {
                if (!named.HasSameKey(index))
                    throw new PeerException(PeerError.IndexKeySpecsConflict, index.Name);
                continue;
            }

            if (indexes.Any(known => known.HasSameKey(index)))
                throw new PeerException(PeerError.IndexOptionsConflict, index.Name);
            Collections = Collections.SetItem(collection, Get(collection) with { Indexes = indexes.Add(index) });
        }

        return new BsonDocument("ok", 1);
    }

    private BsonDocument DropIndex(string collection, string name)
    {
        var indexes = Get(collection).Indexes;
        if (indexes.Find(index => index.Name == name) is not { } found)
            return PeerError.IndexNotFound.CreateAnswer();

        Collections = Collections.SetItem(collection, Get(collection) with { Indexes = indexes.Remove(found) });
        return new BsonDocument("ok", 1);
    }

    private BsonDocument Shard(string collection, BsonDocument key)
    {
        Collections = Collections.SetItem(collection, Get(collection) with { ShardKey = key });
        return new BsonDocument("ok", 1);
    }

    private PeerError? TryWrite(string collection, BsonDocument? before, BsonDocument after)
    {
        if (after.ToBson().Length > MaxDocumentSize)
            return PeerError.TooLarge;
        if (before is not null && ChangesShardKey(Get(collection).ShardKey, before, after))
            return PeerError.ShardKeyChange;

        Collections = Collections.SetItem(collection, Get(collection).Put(after));
        Written.Add((collection, after["_id"]));
        return null;
    }

    private static bool ChangesShardKey(BsonDocument key, BsonDocument before, BsonDocument after) =>
        key.Names.Any(field => before.GetValue(field, BsonNull.Value) != after.GetValue(field, BsonNull.Value));

    // A write of one document must name the shard key, or the id where the server allows it.
    // https://www.mongodb.com/docs/manual/reference/method/db.collection.updateOne/#sharded-collections
    private void CheckShardKey(string collection, BsonDocument filter, bool orId, bool isMulti)
    {
        var key = Get(collection).ShardKey;
        if (isMulti || key.ElementCount == 0 || (orId && HasValue("_id")) || key.Names.All(HasValue))
            return;

        throw new PeerException(PeerError.ShardKeyNotFound, $"{collection}: {filter}");

        bool HasValue(string field) =>
            filter.TryGetValue(field, out var value)
            && !(value is BsonDocument operators && DocumentFilter.IsOperators(operators));
    }

    private void Check(string kind, string collection, BsonDocument filter, BsonDocument? sort)
    {
        if (observe is null || _isFromOutside)
            return;

        var shape = QueryShape.Create(kind, collection, filter, sort, Get(collection));
        observe(shape);
        if (shape.Index is null)
            throw new PeerException(PeerError.NoQueryExecutionPlans, shape.ToString());
    }

    private static BsonDocument CreateCursor(string collection, IEnumerable<BsonDocument> documents)
    {
        var cursor = new BsonDocument
        {
            { "id", 0L },
            { "ns", collection },
            { "firstBatch", new BsonArray(documents) },
        };
        return new BsonDocument { { "cursor", cursor }, { "ok", 1 } };
    }

    private static BsonDocument CreateWriteAnswer(int count, BsonArray errors)
    {
        var answer = new BsonDocument { { "n", count }, { "ok", 1 } };
        return errors.Count == 0 ? answer : answer.Add("writeErrors", errors);
    }
}
