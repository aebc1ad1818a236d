using System.Globalization;

namespace Notify.Engines;

/// <summary>
/// A real server for the assembly's tests, as Debian installs it, in a folder of its own; it starts with the first test that
/// asks for a database.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly Lazy<Task<PostgreSqlProcess>> _process = new(PostgreSqlProcess.StartAsync);
    private readonly Lazy<Task<string>> _shared;
    private int _databases;
    private int _schemas;

    public PostgreSqlServer() => _shared = new(() => CreateDatabaseAsync().AsTask());

    /// <summary>
    /// A new, empty database's connection string. Its pool stays small, for many tests share the server; and it goes when the
    /// server's folder goes, because dropping it would flush the whole server to disk.
    /// </summary>
    public async ValueTask<string> CreateDatabaseAsync()
    {
        var process = await _process.Value;
        var name = $"notify_{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        await PostgreSqlProgram.ScalarAsync<object>(process.ConnectionString, $"CREATE DATABASE {name}");
        return process.ConnectionStringOf(name);
    }

    /// <summary>
    /// A new, empty schema's name in a database that others use beside it: much cheaper than a database for each of hundreds.
    /// </summary>
    public async ValueTask<(string ConnectionString, string Schema)> CreateSchemaAsync() =>
        (await _shared.Value, $"notify_{Interlocked.Increment(ref _schemas).ToString(CultureInfo.InvariantCulture)}");

    public async ValueTask DisposeAsync()
    {
        if (_process.IsValueCreated)
            await (await _process.Value).DisposeAsync();
    }
}
