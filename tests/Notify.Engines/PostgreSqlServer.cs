using System.Globalization;
using Npgsql;

namespace Notify.Engines;

/// <summary>
/// The PostgreSQL server that an assembly's tests share: the one that <c>NOTIFY_TEST_POSTGRESQL</c> names, or otherwise a local
/// one from the distribution's package. The local server starts when the first test asks for a database, and has its own data
/// folder.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Variable = "NOTIFY_TEST_POSTGRESQL";

    // Other test runs may use the same server at the same time, so each run has its own name.
    private readonly string _run = $"notify_{Guid.CreateVersion7().ToString("N")}";
    private readonly Lazy<Task<(string ConnectionString, PostgreSqlProcess? Process)>> _server = new(StartAsync);
    private readonly Lazy<Task<string>> _shared;
    private int _databases;
    private int _schemas;

    public PostgreSqlServer() => _shared = new(() => CreateDatabaseAsync().AsTask());

    /// <summary>
    /// Creates an empty database and returns its connection string. The connection pool is kept small because many tests share
    /// the server.
    /// </summary>
    public async ValueTask<string> CreateDatabaseAsync()
    {
        var (connectionString, _) = await _server.Value;
        var name = GetDatabaseName(Interlocked.Increment(ref _databases));
        await PostgreSqlProgram.ScalarAsync<object>(connectionString, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(connectionString) { Database = name, MaxPoolSize = 16 }.ConnectionString;
    }

    /// <summary>
    /// Returns the name of a new, empty schema in a database that other tests use too. With hundreds of tests, this is much
    /// cheaper than one database each.
    /// </summary>
    public async ValueTask<(string ConnectionString, string Schema)> CreateSchemaAsync() =>
        (await _shared.Value, $"notify_{Interlocked.Increment(ref _schemas).ToString(CultureInfo.InvariantCulture)}");

    /// <summary>
    /// Drops the databases if the server outlives the tests. The databases of a server that we started disappear with its
    /// folder; dropping them first would only make PostgreSQL flush everything to disk.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!_server.IsValueCreated)
            return;

        var (connectionString, process) = await _server.Value;
        if (process is not null)
        {
            await process.DisposeAsync();
            return;
        }

        for (var number = 1; number <= _databases; number++)
            await PostgreSqlProgram.ScalarAsync<object>(
                connectionString,
                $"DROP DATABASE IF EXISTS {GetDatabaseName(number)} WITH (FORCE)"
            );
    }

    private static async Task<(string, PostgreSqlProcess?)> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connectionString)
            return (connectionString, null);

        var process = await PostgreSqlProcess.StartAsync();
        return (process.ConnectionString, process);
    }

    private string GetDatabaseName(int number) => $"{_run}_{number.ToString(CultureInfo.InvariantCulture)}";
}
