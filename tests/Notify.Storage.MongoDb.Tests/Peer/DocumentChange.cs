using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// Changes a document by the operators that the store uses: https://www.mongodb.com/docs/manual/reference/operator/update/
/// </summary>
internal static class DocumentChange
{
    /// <summary>Computes the changed document; the given one stays as it is.</summary>
    public static BsonDocument Apply(BsonDocument document, BsonDocument change, BsonDocument filter, bool isNew = false)
    {
        if (!DocumentFilter.IsOperators(change))
            return document.TryGetValue("_id", out var id) && !change.Contains("_id")
                ? new BsonDocument("_id", id).Merge(change)
                : change.DeepClone().AsBsonDocument;

        var changed = document.DeepClone().AsBsonDocument;
        foreach (var one in change)
        {
            foreach (var field in one.Value.AsBsonDocument)
                ApplyOne(changed, one.Name, field.Name, field.Value, filter, isNew);
        }

        return changed;
    }

    /// <summary>The document that an upsert begins with: the fields that its filter gives by equality.</summary>
    public static BsonDocument CreateFromFilter(BsonDocument filter) =>
        new(
            filter.Where(condition =>
                !condition.Name.StartsWith('$')
                && !(condition.Value is BsonDocument operators && DocumentFilter.IsOperators(operators))
            )
        );

    private static void ApplyOne(
        BsonDocument document,
        string name,
        string field,
        BsonValue value,
        BsonDocument filter,
        bool isNew
    )
    {
        // A field of an embedded document, which is created if it is missing. An index of an array is not supported.
        if (!field.EndsWith(".$", StringComparison.Ordinal) && field.Split('.', 2) is [var outer, var inner])
        {
            var embedded = document.GetValue(outer, new BsonDocument()).AsBsonDocument;
            ApplyOne(embedded, name, inner, value, filter, isNew);
            if (embedded.ElementCount > 0)
                document[outer] = embedded;
            return;
        }

        switch (name)
        {
            case "$set":
            case "$setOnInsert" when isNew:
                document[field] = value;
                break;
            case "$setOnInsert":
                break;
            case "$unset" when field.EndsWith(".$", StringComparison.Ordinal):
                // An element of an array is not removed by $unset but becomes null.
                var array = field[..^2];
                if (DocumentFilter.FindMatchedElement(document, filter, array) is >= 0 and var index)
                    document[array].AsBsonArray[index] = BsonNull.Value;
                break;
            case "$unset":
                document.Remove(field);
                break;
            case "$inc":
                document[field] = Add(document.GetValue(field, 0), value);
                break;
            case "$min":
                if (!document.TryGetValue(field, out var lowest) || BsonOrder.Instance.Compare(lowest, value) > 0)
                    document[field] = value;
                break;
            case "$max":
                if (!document.TryGetValue(field, out var known) || BsonOrder.Instance.Compare(known, value) < 0)
                    document[field] = value;
                break;
            case "$push":
                Push(document, field, value);
                break;
            case "$pull":
                if (document.TryGetValue(field, out var elements))
                    document[field] = new BsonArray(
                        elements.AsBsonArray.Where(element => !DocumentFilter.MatchesElement(element, value))
                    );
                break;
            default:
                throw new NotSupportedException($"The peer does not know {name}.");
        }
    }

    private static BsonValue Add(BsonValue known, BsonValue more) =>
        known.IsInt64 || more.IsInt64
            ? new BsonInt64(known.ToInt64() + more.ToInt64())
            : new BsonInt32(known.ToInt32() + more.ToInt32());

    // A place that $unset emptied has no such field, and sorts as null.
    private static BsonValue[] Sort(BsonValue[] elements, BsonElement by)
    {
        var sorted = elements.OrderBy(
            element => element is BsonDocument inside ? inside.GetValue(by.Name, BsonNull.Value) : BsonNull.Value,
            BsonOrder.Instance
        );
        return by.Value.ToInt32() < 0 ? [.. sorted.Reverse()] : [.. sorted];
    }

    private static void Push(BsonDocument document, string field, BsonValue value)
    {
        var modifiers = value is BsonDocument many && many.Contains("$each") ? many : null;
        var all = document.GetValue(field, new BsonArray()).AsBsonArray.Concat(modifiers?["$each"].AsBsonArray ?? [value]);
        BsonValue[] elements = [.. all];
        if (modifiers is not null && modifiers.TryGetValue("$sort", out var sort))
            elements = Sort(elements, sort.AsBsonDocument.GetElement(0));
        if (modifiers is not null && modifiers.TryGetValue("$slice", out var slice))
            elements = slice.ToInt32() < 0 ? [.. elements.TakeLast(-slice.ToInt32())] : [.. elements.Take(slice.ToInt32())];
        document[field] = new BsonArray(elements);
    }
}
