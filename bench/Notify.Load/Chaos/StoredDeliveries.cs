using Microsoft.Data.Sqlite;
using Notify.Queueing;
using Notify.Storage;

namespace Notify.Load.Chaos;

/// <summary>
/// Looks into a host's database from outside. It opens the file for reading only: the write-ahead log that a killed process
/// left behind stays as it is, for the next process to recover from.
/// </summary>
internal sealed class StoredDeliveries(string database)
{
    private readonly string _connectionString =
        new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString();

    public int CountPending() => CountByState().GetValueOrDefault(DeliveryState.Pending);

    public Dictionary<DeliveryState, int> CountByState()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT state, COUNT(*) FROM notify_delivery GROUP BY state";
        using var reader = command.ExecuteReader();
        var counts = new Dictionary<DeliveryState, int>();
        while (reader.Read())
            counts.Add((DeliveryState)reader.GetInt32(0), reader.GetInt32(1));
        return counts;
    }

    /// <summary>
    /// The notifications whose delivery a process held when it was killed, each with how many attempts, begun since the process
    /// was started, had been settled durably.
    /// </summary>
    public Dictionary<Guid, int> HeldBy(int processId, DateTimeOffset since)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT notification_id, attempts FROM notify_delivery WHERE due_at IS NOT NULL AND owner LIKE '%/' || $process || '/%'";
        command.Parameters.AddWithValue("$process", processId);
        using var reader = command.ExecuteReader();
        var held = new Dictionary<Guid, int>();
        while (reader.Read())
        {
            var settled = StoredForm.ReadHistory(reader.GetString(1)).Count(attempt => attempt.StartedAt >= since);
            held.Add(new Guid(reader.GetFieldValue<byte[]>(0), bigEndian: true), settled);
        }

        return held;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }
}
