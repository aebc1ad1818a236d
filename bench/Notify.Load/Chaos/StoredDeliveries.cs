using System.Data.Common;
using Microsoft.Data.Sqlite;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Load.Chaos;

/// <summary>Reads the hosts' database from outside.</summary>
/// <param name="connect">Creates a connection.</param>
/// <param name="table">The name of the table of deliveries.</param>
/// <param name="history">The name of its column with the attempts.</param>
internal sealed class StoredDeliveries(Func<DbConnection> connect, string table, string history)
{
    /// <summary>
    /// Opens a SQLite file read-only. The write-ahead log that a killed process left behind is not changed, so the next host has
    /// to recover from it.
    /// </summary>
    public static StoredDeliveries InSqlite(string file)
    {
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString();
        return new StoredDeliveries(() => new SqliteConnection(connectionString), "notify_delivery", "attempts");
    }

    public static StoredDeliveries InPostgreSql(string connectionString) =>
        new(() => new NpgsqlConnection(connectionString + ";Pooling=false"), "notify.delivery", "history");

    public int CountPending() => CountByState().GetValueOrDefault(DeliveryState.Pending);

    public Dictionary<DeliveryState, int> CountByState()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT state, COUNT(*) FROM {table} GROUP BY state";
        using var reader = command.ExecuteReader();
        var counts = new Dictionary<DeliveryState, int>();
        while (reader.Read())
            counts.Add((DeliveryState)reader.GetInt32(0), reader.GetInt32(1));
        return counts;
    }

    /// <summary>
    /// Returns the notifications whose delivery a process held when it was killed. The number is how many attempts that began
    /// after the start of the process had durable outcomes.
    /// </summary>
    public Dictionary<Guid, int> HeldBy(int processId, DateTimeOffset since)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT notification_id, {history} FROM {table} WHERE due_at IS NOT NULL AND owner LIKE @owner";
        var owner = command.CreateParameter();
        (owner.ParameterName, owner.Value) = ("owner", $"%/{processId}/%");
        command.Parameters.Add(owner);
        using var reader = command.ExecuteReader();
        var held = new Dictionary<Guid, int>();
        while (reader.Read())
        {
            var settled = StoredForm.ReadHistory(reader.GetString(1)).Count(attempt => attempt.StartedAt >= since);
            held.Add(reader.GetValue(0) is byte[] id ? new Guid(id, bigEndian: true) : reader.GetGuid(0), settled);
        }

        return held;
    }

    private DbConnection Open()
    {
        var connection = connect();
        connection.Open();
        return connection;
    }
}
