using Notify.Storage.PostgreSql.Connection;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>A page of a list: up to <paramref name="Limit"/> names with a prefix that come after one name.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Prefix">The prefix of the names; empty for all.</param>
/// <param name="After">The last name of the previous page; empty for the first page.</param>
/// <param name="Limit">The maximum number of names.</param>
internal readonly record struct NamePage(string Tenant, string Prefix, string After, int Limit)
{
    /// <summary>Reads the rows of the page.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">
    /// A query that returns the names of the tenant $1 that are greater than $2 and not less than $3, in the order of the
    /// collation "C" and at most $4 rows.
    /// </param>
    /// <param name="read">Reads a row.</param>
    /// <param name="getName">Gets the name from what was read.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<T>> ReadAsync<T>(
        StoreDatabase database,
        string sql,
        Func<NpgsqlDataReader, T> read,
        Func<T, string> getName,
        CancellationToken cancellationToken
    )
    {
        var page = this;
        var rows = await database
            .QueryAsync(
                sql,
                parameters => parameters.With(page.Tenant).With(page.After).With(page.Prefix).With(page.Limit),
                read,
                cancellationToken
            )
            .ConfigureAwait(false);
        // Names with the same prefix are adjacent, so the first name without it ends the page.
        return [.. rows.TakeWhile(row => getName(row).StartsWith(page.Prefix, StringComparison.Ordinal))];
    }
}
