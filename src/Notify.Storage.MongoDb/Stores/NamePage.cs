using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>A page of a list: names of a tenant that have a prefix and come after one name.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Prefix">The prefix of the names; empty for all.</param>
/// <param name="After">The last name of the previous page; empty for the first page.</param>
internal readonly record struct NamePage(string Tenant, string Prefix, string After)
{
    /// <summary>
    /// Creates the filter for the names that may be on the page. Read them in ascending order and end with
    /// <see cref="TakeNames"/>.
    /// </summary>
    /// <param name="tenantField">The field of the tenant.</param>
    /// <param name="nameField">The field of the name.</param>
    public BsonDocument CreateFilter(string tenantField, string nameField) =>
        new()
        {
            { tenantField, Tenant },
            {
                nameField,
                new BsonDocument { { "$gt", After }, { "$gte", Prefix } }
            },
        };

    /// <summary>
    /// Takes the items whose names have the prefix. They are adjacent, so the first name without it ends the page.
    /// </summary>
    public IReadOnlyList<T> TakeNames<T>(IEnumerable<T> sorted, Func<T, string> getName)
    {
        var prefix = Prefix;
        return [.. sorted.TakeWhile(item => getName(item).StartsWith(prefix, StringComparison.Ordinal))];
    }
}
