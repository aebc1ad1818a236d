using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>A real PostgreSQL server with its own data folder, which can be crashed and started again.</summary>
public sealed class PostgreSqlProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private readonly string[] _settings;
    private ServerProcess? _process;

    private PostgreSqlProcess(string[] settings) => _settings = settings;

    public string ConnectionString => CreateConnectionString("postgres");

    public string CreateConnectionString(string database) => PostgreSqlProgram.ConnectionString(_port, database);

    /// <param name="settings">Settings that are added to those of every test, such as <c>work_mem=8MB</c>.</param>
    public static async Task<PostgreSqlProcess> StartAsync(params string[] settings)
    {
        var server = new PostgreSqlProcess(settings);
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

    /// <summary>
    /// Starts a crashed server for one reader, at an address that its clients do not know, and stops it again. The data is as the
    /// crash left it.
    /// </summary>
    public async Task UseAloneAsync(Action<string> use)
    {
        var port = FreePort.Next();
        var process = await PostgreSqlProgram.StartAsync(_folder, port, _settings);
        use(PostgreSqlProgram.ConnectionString(port, "postgres"));
        await PostgreSqlProgram.StopAsync(process);
    }

    public async Task StartAgainAsync() => _process = await PostgreSqlProgram.StartAsync(_folder, _port, _settings);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await CrashAsync();
        _folder.Dispose();
    }
}
