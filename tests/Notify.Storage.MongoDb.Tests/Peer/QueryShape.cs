using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// A filter and sort without their values, with the index that serves them. The rules are the server's: an index serves a filter
/// that gives its first field by a value, a list of values or a range, and whose partial filter the query implies (equality,
/// sort, range: https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/, partial indexes:
/// https://www.mongodb.com/docs/manual/core/index-partial/#query-coverage, expression_algo.cpp in the server's source). An index
/// whose order is the sort serves a list without a filter.
/// </summary>
/// <param name="Kind">The command, such as <c>find</c>.</param>
/// <param name="Collection">The collection, without its database.</param>
/// <param name="Filter">The fields of the filter, with how each is compared.</param>
/// <param name="Sort">The fields of the sort.</param>
/// <param name="Index">The indexes that serve it; null where none does.</param>
/// <param name="Rest">The fields that are compared after the document was fetched.</param>
/// <param name="IsSortedByIndex">Whether the index gives the order, so that the server sorts nothing.</param>
/// <param name="IsTargeted">Whether a sharded cluster asks only the shards that have the documents.</param>
internal sealed record QueryShape(
    string Kind,
    string Collection,
    string Filter,
    string Sort,
    string? Index,
    string Rest,
    bool IsSortedByIndex,
    bool IsTargeted
)
{
    public static QueryShape Create(string kind, string collection, BsonDocument filter, BsonDocument? sort, PeerCollection of)
    {
        var name = collection[(collection.IndexOf('.', StringComparison.Ordinal) + 1)..];
        // The index of a hashed shard key is there on sharded clusters only.
        var plan = ChoosePlan(filter, sort, [.. of.Indexes.Where(index => index.Key.Values.All(order => order.IsNumeric))]);
        return new QueryShape(
            kind,
            name,
            Describe(filter),
            string.Join(", ", (sort ?? []).Select(by => by.Value.ToInt32() < 0 ? $"{by.Name} down" : by.Name)),
            plan?.Index,
            plan?.Rest ?? "",
            sort is null || plan is { IsSorted: true },
            IsTargetedBy(of.ShardKey, filter)
        );
    }

    public override string ToString() => $"{Kind} {Collection} {{ {Filter} }}{(Sort.Length == 0 ? "" : $" by {Sort}")}";

    private static string Describe(BsonDocument filter) =>
        string.Join(
            ", ",
            filter
                .OrderBy(field => field.Name == "$or" ? "~" : field.Name, StringComparer.Ordinal)
                .Select(field =>
                    field.Name == "$or"
                        ? string.Join(
                            " or ",
                            field.Value.AsBsonArray.Select(branch => $"({Describe(branch.AsBsonDocument)})").Distinct()
                        )
                        : $"{GetName(field)} {Describe(field.Value)}"
                )
        );

    // A place in an array is a value.
    private static string GetName(BsonElement field) =>
        string.Join('.', field.Name.Split('.').Select(part => char.IsAsciiDigit(part[0]) ? "N" : part));

    private static string Describe(BsonValue condition) =>
        condition switch
        {
            BsonRegularExpression => "~",
            BsonDocument operators when DocumentFilter.IsOperators(operators) => string.Join(
                " ",
                operators.Select(one =>
                    one.Name switch
                    {
                        "$in" => "in",
                        "$ne" => "≠",
                        "$nin" => "not in",
                        "$gt" => ">",
                        "$gte" => "≥",
                        "$lt" => "<",
                        "$lte" => "≤",
                        "$exists" => one.Value.ToBoolean() ? "is there" : "is missing",
                        _ => one.Name,
                    }
                )
            ),
            BsonNull => "is missing",
            _ => "=",
        };

    private static Plan? ChoosePlan(BsonDocument filter, BsonDocument? sort, IReadOnlyList<PeerIndex> indexes)
    {
        var plan = indexes.Select(index => Plan.TryCreate(index, filter, sort)).OfType<Plan>().MaxBy(plan => plan.Score);
        if (!filter.TryGetValue("$or", out var branches))
            return plan;

        // The server plans each branch by itself, with the conditions beside it.
        var beside = new BsonDocument(filter.Where(field => field.Name != "$or"));
        Plan?[] each =
        [
            .. branches.AsBsonArray.Select(branch =>
                ChoosePlan(new BsonDocument(beside).Merge(branch.AsBsonDocument), sort, indexes)
            ),
        ];
        if (each.Contains(null) || plan?.Score >= each.Min(one => one!.Score))
            return plan;

        return new Plan(
            string.Join(" or ", each.Select(one => one!.Index).Distinct()),
            each.Min(one => one!.Score),
            string.Join(", ", each.Select(one => one!.Rest).Where(rest => rest.Length > 0).Distinct()),
            each.All(one => one!.IsSorted)
        );
    }

    private static bool IsTargetedBy(BsonDocument key, BsonDocument filter)
    {
        if (key.ElementCount == 0)
            return true;

        var first = key.GetElement(0);
        var bound = filter.TryGetValue(first.Name, out var condition) ? FieldBound.Create(condition) : BoundKind.None;
        return bound == BoundKind.Points || (bound == BoundKind.Range && first.Value != "hashed");
    }

    private sealed record Plan(string Index, int Score, string Rest, bool IsSorted)
    {
        public static Plan? TryCreate(PeerIndex index, BsonDocument filter, BsonDocument? sort)
        {
            if (index.Only is { } only && !only.All(condition => Implies(filter, condition)))
                return null;

            string[] fields = [.. index.Key.Names];
            BoundKind[] bounds = [.. fields.Select(field => FieldBound.Create(filter.GetValue(field, new BsonDocument())))];
            var points = bounds.TakeWhile(bound => bound == BoundKind.Points).Count();
            var isRange = points < bounds.Length && bounds[points] == BoundKind.Range;

            // Fields that have one value each do not matter for the order.
            string[] order = [.. (sort ?? []).Names.Where(name => !HasOneValue(filter, name))];
            string[] given = [.. fields.Where(name => !HasOneValue(filter, name))];
            var isSorted =
                given.Take(order.Length).SequenceEqual(order) && (sort ?? []).Select(by => by.Value).Distinct().Count() <= 1;
            var isListing = filter.ElementCount == 0 && order.Length > 0 && isSorted;
            if (points == 0 && !isRange && !isListing)
                return null;

            var isWholeId = fields is ["_id"] && points == 1;
            var rest = filter.Names.Where(name =>
                !fields.Take(points + (isRange ? 1 : 0)).Contains(name) && index.Only?.Contains(name) != true
            );
            return new Plan(
                index.Name,
                isWholeId ? 100 : points * 4 + (isRange ? 2 : 0) + (isSorted ? 1 : 0),
                isWholeId ? "" : string.Join(", ", rest.Select(name => name == "$or" ? "or" : name)),
                isSorted
            );
        }

        private static bool HasOneValue(BsonDocument filter, string name) =>
            filter.TryGetValue(name, out var value)
            && !(value is BsonDocument operators && DocumentFilter.IsOperators(operators));

        private static bool Implies(BsonDocument filter, BsonElement condition)
        {
            if (!filter.TryGetValue(condition.Name, out var given))
                return false;
            if (!(condition.Value is BsonDocument operators && DocumentFilter.IsOperators(operators)))
                return given == condition.Value;

            // The only operator of our partial filters is that a field exists.
            return given switch
            {
                BsonNull => false,
                BsonDocument compared when DocumentFilter.IsOperators(compared) => compared.Any(one =>
                    one.Name switch
                    {
                        "$exists" => one.Value.ToBoolean(),
                        "$gt" or "$gte" or "$lt" or "$lte" => !one.Value.IsBsonNull,
                        "$in" => !one.Value.AsBsonArray.Contains(BsonNull.Value),
                        "$ne" => one.Value.IsBsonNull,
                        _ => false,
                    }
                ),
                _ => true,
            };
        }
    }
}

/// <summary>The way in which a condition bounds the scan of an index.</summary>
internal enum BoundKind
{
    None,
    Range,
    Points,
}

/// <summary>Reads the bounds of conditions.</summary>
internal static class FieldBound
{
    public static BoundKind Create(BsonValue condition)
    {
        if (condition is BsonRegularExpression)
            return BoundKind.None;
        if (condition is not BsonDocument operators || (operators.ElementCount > 0 && !DocumentFilter.IsOperators(operators)))
            return BoundKind.Points;
        if (operators.Contains("$in"))
            return BoundKind.Points;
        return operators.Names.Any(name => name is "$gt" or "$gte" or "$lt" or "$lte") ? BoundKind.Range : BoundKind.None;
    }
}
