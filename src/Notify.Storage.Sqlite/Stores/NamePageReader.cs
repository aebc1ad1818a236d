using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Reads pages of users, topics and templates in the order of their names.</summary>
internal static class NamePageReader
{
    /// <summary>Reads the rows of a page.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">
    /// A query whose first column is the name. It returns the names of <c>@tenant</c> that are greater than <c>@after</c> and not
    /// less than <c>@prefix</c>, in ascending order and at most <c>@limit</c> rows.
    /// </param>
    /// <param name="page">The page.</param>
    /// <param name="read">Reads a row.</param>
    public static List<T> Read<T>(StoreDatabase database, string sql, NamePage page, Func<Statement, T> read)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, sql);
        statement.Bind("@tenant", page.Tenant).Bind("@after", page.After).Bind("@prefix", page.Prefix).Bind("@limit", page.Limit);
        var found = new List<T>();
        // Names with the same prefix are adjacent, so the first name without it ends the page.
        while (statement.Read() && statement.Text(0).StartsWith(page.Prefix, StringComparison.Ordinal))
            found.Add(read(statement));
        return found;
    }
}
