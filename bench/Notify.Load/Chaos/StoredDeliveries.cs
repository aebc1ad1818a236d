using System.Data.Common;
using Microsoft.Data.Sqlite;
using Notify.Providers;
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

    /// <summary>Returns the notifications whose delivery is pending under a lease of a process, with its attempts.</summary>
    public Dictionary<Guid, IReadOnlyList<Attempt>> HeldBy(int processId) =>
        ReadHistories("WHERE due_at IS NOT NULL AND owner LIKE @owner", command =>
        {
            var owner = command.CreateParameter();
            (owner.ParameterName, owner.Value) = ("owner", $"%/{processId}/%");
            command.Parameters.Add(owner);
        });

    /// <summary>Returns all notifications with the attempts of their delivery.</summary>
    public Dictionary<Guid, IReadOnlyList<Attempt>> ReadHistories() => ReadHistories("", _ => { });

    private Dictionary<Guid, IReadOnlyList<Attempt>> ReadHistories(string condition, Action<DbCommand> bind)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT notification_id, {history} FROM {table} {condition}";
        bind(command);
        using var reader = command.ExecuteReader();
        var histories = new Dictionary<Guid, IReadOnlyList<Attempt>>();
        while (reader.Read())
        {
            var id = reader.GetValue(0) is byte[] bytes ? new Guid(bytes, bigEndian: true) : reader.GetGuid(0);
            histories.Add(id, StoredForm.ReadHistory(reader.GetString(1)));
        }

        return histories;
    }

    private DbConnection Open()
    {
        var connection = connect();
        connection.Open();
        return connection;
    }
}
