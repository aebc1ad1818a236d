using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>A real PostgreSQL server with its own data folder, which can be crashed and started again.</summary>
public sealed class PostgreSqlProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    public string ConnectionString => CreateConnectionString("postgres");

    public string CreateConnectionString(string database) => PostgreSqlProgram.ConnectionString(_port, database);

    public static async Task<PostgreSqlProcess> StartAsync()
    {
        var server = new PostgreSqlProcess();
        PostgreSqlProgram.InitDb(server._folder);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>
    /// Performs an immediate shutdown. For the data this is a crash: nothing is flushed, and the next start has to recover.
    /// </summary>
    public async Task CrashAsync()
    {
        await PostgreSqlProgram.StopAsync(_process!);
        _process = null;
    }

    public async Task StartAgainAsync() => _process = await PostgreSqlProgram.StartAsync(_folder, _port);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await CrashAsync();
        _folder.Dispose();
    }
}
