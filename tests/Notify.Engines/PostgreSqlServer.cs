using System.Globalization;
using Notify.Testing;

namespace Notify.Engines;

/// <summary>
/// A real server for the assembly's tests, as Debian installs it, in a folder of its own; it starts with the first test that
/// asks for a database.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;
    private int _databases;
    private int _schemas;
    private Task<string>? _shared;

    /// <summary>
    /// A new, empty database's connection string. Its pool stays small, for many tests share the server; and it goes when the
    /// server's folder goes, because dropping it would flush the whole server to disk.
    /// </summary>
    public async ValueTask<string> CreateDatabaseAsync()
    {
        await StartAsync();
        var name = $"notify_{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        await PostgreSqlProgram.ScalarAsync<object>(
            PostgreSqlProgram.ConnectionString(_port, "postgres"), $"CREATE DATABASE {name}");
        return PostgreSqlProgram.ConnectionString(_port, name);
    }

    /// <summary>A new, empty schema's name in a database that others use beside it: much cheaper than a database for each of hundreds.</summary>
    public async ValueTask<(string ConnectionString, string Schema)> CreateSchemaAsync()
    {
        Task<string> shared;
        lock (_folder)
            shared = _shared ??= CreateDatabaseAsync().AsTask();
        return (await shared, $"notify_{Interlocked.Increment(ref _schemas).ToString(CultureInfo.InvariantCulture)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await PostgreSqlProgram.StopAsync(_process);
        _folder.Dispose();
        _starting.Dispose();
    }

    private async ValueTask StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is not null)
                return;

            PostgreSqlProgram.InitDb(_folder);
            _process = await PostgreSqlProgram.StartAsync(_folder, _port);
        }
        finally
        {
            _starting.Release();
        }
    }
}
