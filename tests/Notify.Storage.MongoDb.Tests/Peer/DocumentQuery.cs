using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>Sorts, shapes and groups documents, as find and aggregate do.</summary>
internal static class DocumentQuery
{
    public static IEnumerable<BsonDocument> Sort(IEnumerable<BsonDocument> documents, BsonDocument? sort)
    {
        if (sort is null || sort.ElementCount == 0)
            return documents;

        return documents.Order(
            Comparer<BsonDocument>.Create(
                (a, b) =>
                    sort.Select(by =>
                            BsonOrder.Instance.Compare(a.GetValue(by.Name, BsonNull.Value), b.GetValue(by.Name, BsonNull.Value))
                            * by.Value.ToInt32()
                        )
                        .FirstOrDefault(order => order != 0)
            )
        );
    }

    public static BsonDocument Project(BsonDocument document, BsonDocument? projection)
    {
        if (projection is null || projection.ElementCount == 0)
            return document;

        var isInclusion =
            projection.Any(field => field.Name != "_id" && field.Value.ToBoolean())
            || (projection.ElementCount == 1 && projection.Contains("_id") && projection["_id"].ToBoolean());
        var withId = projection.GetValue("_id", true).ToBoolean();
        return new BsonDocument(
            document.Where(field =>
                field.Name == "_id" ? withId
                : isInclusion ? projection.Contains(field.Name)
                : !projection.Contains(field.Name)
            )
        );
    }

    public static IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> documents, BsonArray pipeline)
    {
        foreach (var stage in pipeline.Select(stage => stage.AsBsonDocument.GetElement(0)))
        {
            documents = stage.Name switch
            {
                "$match" => documents.Where(document => DocumentFilter.Matches(document, stage.Value.AsBsonDocument)),
                "$sort" => Sort(documents, stage.Value.AsBsonDocument),
                "$limit" => documents.Take(stage.Value.ToInt32()),
                "$skip" => documents.Skip(stage.Value.ToInt32()),
                "$group" => Group([.. documents], stage.Value.AsBsonDocument),
                _ => throw new NotSupportedException($"The peer does not know {stage.Name}."),
            };
        }

        return documents;
    }

    private static IEnumerable<BsonDocument> Group(BsonDocument[] documents, BsonDocument by) =>
        documents
            .GroupBy(document => Evaluate(document, by["_id"]))
            .Select(group =>
                new BsonDocument("_id", group.Key).Merge(
                    new BsonDocument(
                        by.Where(field => field.Name != "_id")
                            .Select(field => new BsonElement(
                                field.Name,
                                Accumulate(group, field.Value.AsBsonDocument.GetElement(0))
                            ))
                    )
                )
            );

    private static BsonValue Accumulate(IEnumerable<BsonDocument> group, BsonElement accumulator)
    {
        var values = group.Select(document => Evaluate(document, accumulator.Value));
        return accumulator.Name switch
        {
            "$sum" => values.Sum(value => value.ToInt64()),
            "$max" => values.Max(BsonOrder.Instance)!,
            _ => throw new NotSupportedException($"The peer does not know {accumulator.Name}."),
        };
    }

    private static BsonValue Evaluate(BsonDocument document, BsonValue expression) =>
        expression switch
        {
            BsonString { Value: ['$', .. var field] } => document.GetValue(field, BsonNull.Value),
            BsonDocument { ElementCount: 1 } comparison
                when comparison.GetElement(0) is { Name: "$eq", Value: BsonArray sides } => Evaluate(document, sides[0])
                == Evaluate(document, sides[1]),
            BsonDocument { ElementCount: 1 } search when search.GetElement(0) is { Name: "$in", Value: BsonArray sides } => sides[
                1
            ]
                .AsBsonArray.Select(side => Evaluate(document, side))
                .Contains(Evaluate(document, sides[0])),
            BsonDocument { ElementCount: 1 } unknown when unknown.GetElement(0).Name.StartsWith('$') =>
                throw new NotSupportedException($"The peer does not know {unknown.GetElement(0).Name}."),
            BsonDocument fields => new BsonDocument(
                fields.Select(field => new BsonElement(field.Name, Evaluate(document, field.Value)))
            ),
            _ => expression,
        };
}
