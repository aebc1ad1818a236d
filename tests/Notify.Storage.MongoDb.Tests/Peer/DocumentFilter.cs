using System.Globalization;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// Says which documents a filter matches, by the operators that the store uses:
/// https://www.mongodb.com/docs/manual/reference/operator/query/
/// </summary>
internal static class DocumentFilter
{
    public static bool Matches(BsonDocument document, BsonDocument filter) =>
        filter.All(condition =>
            condition.Name switch
            {
                "$or" => condition.Value.AsBsonArray.Any(branch => Matches(document, branch.AsBsonDocument)),
                "$and" => condition.Value.AsBsonArray.All(branch => Matches(document, branch.AsBsonDocument)),
                _ => MatchesField(Find(document, condition.Name), condition.Value),
            }
        );

    /// <summary>Whether a value meets a condition, as $pull asks of an array's elements.</summary>
    public static bool MatchesElement(BsonValue element, BsonValue condition) =>
        condition is BsonDocument filter && !IsOperators(filter)
            ? element is BsonDocument document && Matches(document, filter)
            : MatchesField([element], condition);

    /// <summary>
    /// Finds the place in an array that a filter matched, which <c>$</c> in an update stands for; -1 where there is none.
    /// </summary>
    public static int FindMatchedElement(BsonDocument document, BsonDocument filter, string array) =>
        !document.TryGetValue(array, out var found) || found is not BsonArray elements
            ? -1
            : elements
                .ToList()
                .FindIndex(element =>
                    filter
                        .Where(condition => condition.Name.StartsWith($"{array}.", StringComparison.Ordinal))
                        .All(condition =>
                            element is BsonDocument inside
                            && MatchesField(Find(inside, condition.Name[(array.Length + 1)..]), condition.Value)
                        )
                );

    public static bool IsOperators(BsonDocument condition) =>
        condition.ElementCount > 0 && condition.GetElement(0).Name.StartsWith('$');

    /// <summary>The values at a path: an array stands for itself and for each of its elements.</summary>
    private static List<BsonValue> Find(BsonValue inside, string path)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? path : path[..dot];
        var rest = dot < 0 ? null : path[(dot + 1)..];
        var found = new List<BsonValue>();
        switch (inside)
        {
            case BsonDocument document when document.TryGetValue(name, out var value):
                Add(value);
                break;
            case BsonArray array when int.TryParse(name, CultureInfo.InvariantCulture, out var index):
                if (index < array.Count)
                    Add(array[index]);
                break;
            case BsonArray array:
                foreach (var element in array.OfType<BsonDocument>())
                    found.AddRange(Find(element, path));
                break;
        }

        return found;

        void Add(BsonValue value)
        {
            if (rest is not null)
            {
                found.AddRange(Find(value, rest));
                return;
            }

            found.Add(value);
            if (value is BsonArray elements)
                found.AddRange(elements);
        }
    }

    private static bool MatchesField(List<BsonValue> values, BsonValue condition) =>
        condition switch
        {
            BsonDocument operators when IsOperators(operators) => operators.All(one =>
                MatchesOperator(values, one.Name, one.Value)
            ),
            _ => MatchesElement(values, condition),
        };

    private static bool MatchesElement(List<BsonValue> values, BsonValue wanted) =>
        wanted is BsonRegularExpression pattern
            ? values.OfType<BsonString>().Any(text => pattern.ToRegex().IsMatch(text.Value))
            : IsAnyEqual(values, wanted);

    private static bool MatchesOperator(List<BsonValue> values, string name, BsonValue operand) =>
        name switch
        {
            "$eq" => IsAnyEqual(values, operand),
            "$ne" => !IsAnyEqual(values, operand),
            // An element may be a pattern, but not an operator.
            "$in" => operand.AsBsonArray.Any(one => MatchesElement(values, one)),
            "$nin" => !operand.AsBsonArray.Any(one => MatchesElement(values, one)),
            "$exists" => values.Count > 0 == operand.ToBoolean(),
            "$not" => !MatchesField(values, operand),
            "$gt" => IsAny(values, operand, order => order > 0),
            "$gte" => IsAny(values, operand, order => order >= 0),
            "$lt" => IsAny(values, operand, order => order < 0),
            "$lte" => IsAny(values, operand, order => order <= 0),
            _ => throw new NotSupportedException($"The peer does not know {name}."),
        };

    private static bool IsAnyEqual(List<BsonValue> values, BsonValue wanted) =>
        (wanted.IsBsonNull && values.Count == 0) || IsAny(values, wanted, order => order == 0);

    private static bool IsAny(List<BsonValue> values, BsonValue wanted, Func<int, bool> isWanted) =>
        values.Any(value => BsonOrder.AreComparable(value, wanted) && isWanted(BsonOrder.Instance.Compare(value, wanted)));
}
