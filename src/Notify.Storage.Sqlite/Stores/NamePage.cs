using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Reads pages of what a tenant has, in the order of their names.</summary>
internal static class NamePage
{
    /// <summary>Reads the next rows whose names begin with a prefix.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">
    /// Selects the name, and whatever <paramref name="read"/> needs, in the order of names: of the tenant ?1, behind the name ?2,
    /// not before the prefix ?3, at most ?4 rows.
    /// </param>
    /// <param name="page">The page.</param>
    /// <param name="read">Reads a row.</param>
    public static List<T> ReadPage<T>(StoreDatabase database, string sql, SqlitePage page, Func<Statement, T> read)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, sql);
        statement.Bind(1, page.Tenant).Bind(2, page.After).Bind(3, page.Prefix).Bind(4, page.Limit);
        var found = new List<T>();
        // Names with the same prefix follow one another, so the first one without it ends the list.
        while (statement.Read() && statement.Text(0).StartsWith(page.Prefix, StringComparison.Ordinal))
            found.Add(read(statement));
        return found;
    }
}

/// <summary>A page of a list: the names after one that begin with a prefix.</summary>
internal readonly record struct SqlitePage(string Tenant, string Prefix, string After, int Limit);
