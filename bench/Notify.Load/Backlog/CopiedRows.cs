using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Notify.Load.Backlog;

/// <summary>
/// Fills a database with copies, under new keys, of rows that Notify wrote. This takes only seconds, and happens before anything
/// is measured. No application may have the database open meanwhile.
/// </summary>
internal sealed class CopiedRows : IDisposable
{
    private readonly string _path;
    private readonly SqliteConnection _connection;

    public CopiedRows(string path)
    {
        _path = path;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -100000; BEGIN EXCLUSIVE");
    }

    /// <summary>Replaces the rows of a table, usually one, by copies of them.</summary>
    /// <param name="table">The name of the table.</param>
    /// <param name="count">The number of copies.</param>
    /// <param name="values">The columns whose values differ, as SQL expressions of <c>n</c>, which counts from 1.</param>
    /// <param name="match">The SQL condition for the row, called <c>model</c>, that is copied for <c>n</c>.</param>
    public void Multiply(string table, int count, IReadOnlyDictionary<string, string> values, string match = "TRUE")
    {
        var columns = ReadColumns(table);
        if (values.Keys.Except(columns).Any())
            throw new InvalidOperationException($"{table} does not have all the columns that are to be filled.");
        var limit = count.ToString(CultureInfo.InvariantCulture);
        Execute(
            $"""
            CREATE TEMP TABLE model AS SELECT * FROM {table};
            DELETE FROM {table};
            WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {limit})
            INSERT INTO {table} ({string.Join(", ", columns)})
            SELECT {string.Join(", ", columns.Select(column => values.GetValueOrDefault(column, column)))}
            FROM number CROSS JOIN model WHERE {match};
            DROP TABLE model;
            """
        );
    }

    /// <summary>Ends when everything is on disk, so that nothing is left to write during the measurement.</summary>
    public void Dispose()
    {
        Execute("COMMIT");
        _connection.Dispose();
        using var file = File.OpenWrite(_path);
        file.Flush(flushToDisk: true);
    }

    private List<string> ReadColumns(string table)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT name FROM pragma_table_info('{table}')";
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
            columns.Add(reader.GetString(0));
        return columns;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
