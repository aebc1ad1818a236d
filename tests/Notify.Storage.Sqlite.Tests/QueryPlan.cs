using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>Reads how SQLite runs a query.</summary>
internal static class QueryPlan
{
    /// <summary>Returns the steps of a query, whose parameters have no values.</summary>
    public static async Task<List<string>> ReadAsync(string connectionString, string query, params IEnumerable<string> parameters)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {query}";
        foreach (var name in parameters)
            command.Parameters.AddWithValue(name, DBNull.Value);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var steps = new List<string>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            steps.Add(rows.GetString(3));
        return steps;
    }
}
