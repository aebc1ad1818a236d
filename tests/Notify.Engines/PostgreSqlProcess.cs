using Notify.Testing;

namespace Notify.Engines;

/// <summary>One real PostgreSQL in a folder of its own, which can crash and start again.</summary>
public sealed class PostgreSqlProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    public string ConnectionString => ConnectionStringOf("postgres");

    public string ConnectionStringOf(string database) => PostgreSqlProgram.ConnectionString(_port, database);

    public static async Task<PostgreSqlProcess> StartAsync()
    {
        var server = new PostgreSqlProcess();
        PostgreSqlProgram.InitDb(server._folder);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>The immediate shutdown is a crash to the data: nothing is flushed, and the next start recovers.</summary>
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
