using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Notify.Storage.Sqlite.Schema;

namespace Notify.Storage.Sqlite.Connection;

/// <summary>Opens connections to the database: one for writing, and others that read concurrently (WAL mode).</summary>
internal sealed class StoreDatabase
{
    private readonly string _connectionString;
    private readonly TimeSpan _busyTimeout;
    private readonly Lazy<bool> _hasTables;
    private readonly DatabaseFile _file;

    public StoreDatabase(IOptions<SqliteStoreOptions> options)
    {
        _busyTimeout = options.Value.BusyTimeout;
        _connectionString = new SqliteConnectionStringBuilder(options.Value.ConnectionString)
        {
            DefaultTimeout = (int)_busyTimeout.TotalSeconds,
        }.ToString();
        _file = new DatabaseFile(_connectionString);
        _hasTables = new Lazy<bool>(CreateTables);
    }

    /// <summary>Opens the connection for writing. Its commits survive a power failure.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be used. The message names what to check.</exception>
    public SqliteConnection OpenWriter()
    {
        var connection = OpenWithTables();
        try
        {
            // An unwritable file must fail at start, and not at the first trigger.
            Execute(connection, "BEGIN IMMEDIATE; UPDATE notify_schema SET version = version; ROLLBACK");
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw CreateUnusableException(connection, exception);
        }
    }

    /// <summary>Opens a connection for reading, from the pool.</summary>
    public SqliteConnection OpenReader()
    {
        EnsureTables();
        ThrowIfGone();
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    /// <summary>
    /// Throws if the file was deleted or moved. SQLite would continue to write to the deleted file, or create an empty one.
    /// </summary>
    /// <exception cref="IOException">The file was deleted or moved.</exception>
    public void ThrowIfGone() => _file.ThrowIfGone();

    /// <summary>Creates the tables on the first call.</summary>
    public void EnsureTables() => _ = _hasTables.Value;

    private bool CreateTables()
    {
        using var connection = OpenWithTables();
        return true;
    }

    private SqliteConnection OpenWithTables()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            _file.Create();
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {(long)_busyTimeout.TotalMilliseconds}");
            Execute(connection, "PRAGMA journal_mode = WAL");
            Execute(connection, "PRAGMA synchronous = FULL");
            // Overwrites deleted content with zeros. Otherwise erased data would stay readable in the file.
            Execute(connection, "PRAGMA secure_delete = ON");
            SchemaSteps.Migrate(connection);
            return connection;
        }
        catch (Exception exception) when (exception is SqliteException or UnauthorizedAccessException)
        {
            connection.Dispose();
            throw CreateUnusableException(connection, exception);
        }
    }

    private static InvalidOperationException CreateUnusableException(SqliteConnection connection, Exception exception) =>
        new(
            $"The SQLite database '{connection.DataSource}' cannot be used: {exception.Message} Check that the folder exists, "
                + "that the file can be written and is an intact SQLite database, and that the disk is not full.",
            exception
        );

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
