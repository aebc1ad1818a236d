using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Notify.Load.Backlog;

/// <summary>
/// Fills a database with copies of the rows that Notify wrote, under keys of their own: in seconds, and outside of what is
/// measured. No application may have the database open meanwhile.
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

    /// <summary>Replaces a table's only row by copies of it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="count">How many copies.</param>
    /// <param name="values">What they do not have in common: SQL over <c>n</c>, which counts from 1.</param>
    public void Multiply(string table, int count, IReadOnlyDictionary<string, string> values)
    {
        var columns = ColumnsOf(table);
        if (values.Keys.Except(columns).Any())
            throw new InvalidOperationException($"{table} has other columns than this fills.");
        var limit = count.ToString(CultureInfo.InvariantCulture);
        Execute(
            $"""
            CREATE TEMP TABLE model AS SELECT * FROM {table};
            DELETE FROM {table};
            WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {limit})
            INSERT INTO {table} ({string.Join(", ", columns)})
            SELECT {string.Join(", ", columns.Select(column => values.GetValueOrDefault(column, column)))} FROM number, model;
            DROP TABLE model;
            """
        );
    }

    /// <summary>Ends when all is on disk, so that nothing is left to be written while somebody measures.</summary>
    public void Dispose()
    {
        Execute("COMMIT");
        _connection.Dispose();
        using var file = File.OpenWrite(_path);
        file.Flush(flushToDisk: true);
    }

    private List<string> ColumnsOf(string table)
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
