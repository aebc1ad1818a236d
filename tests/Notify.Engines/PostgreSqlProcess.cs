using System.Diagnostics;
using System.Globalization;
using Notify.Testing;
using Npgsql;

namespace Notify.Engines;

/// <summary>One real PostgreSQL, as Debian installs it, in a folder of its own.</summary>
public sealed class PostgreSqlProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _settings;
    private ServerProcess? _process;

    private PostgreSqlProcess(string[] settings) => _settings = settings;

    public int Port { get; } = FreePort.Next();

    /// <param name="settings">Settings beside the usual, such as <c>max_connections=300</c>.</param>
    public static async Task<PostgreSqlProcess> StartAsync(params string[] settings)
    {
        var server = new PostgreSqlProcess(settings);
        if (Environment.IsPrivilegedProcess)
            Run("chown", "postgres", server._folder.Path);
        Run([
            .. AsUser, Program("initdb"), "-D", server.Data, "-U", "notify", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        await server.StartAgainAsync();
        return server;
    }

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Username=notify;Database={database}";

    public Task ExecuteAsync(string sql, string database = "postgres") => AskAsync<object>(sql, database);

    /// <summary>The first value of the answer.</summary>
    public async Task<T?> AskAsync<T>(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }

    /// <summary>PostgreSQL's immediate shutdown, which is a crash to its data: nothing is flushed, and the next start recovers.</summary>
    public async Task CrashAsync()
    {
        Run("kill", "-QUIT", _process!.Id.ToString(CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    public async Task StartAgainAsync()
    {
        string[] command =
        [
            .. AsUser, Program("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", .. _settings.SelectMany(setting => new[] { "-c", setting }),
        ];
        _process = ServerProcess.Start(command[0], command[1..]);
        await Eventually.TrueAsync(IsReadyAsync, "the PostgreSQL server to accept connections");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await CrashAsync();
        _folder.Dispose();
    }

    private string Data => _folder.File("data");

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"PostgreSQL ended: {_process.Output}");

        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // PostgreSQL refuses to run as root; setpriv becomes the server itself, so that the process that was started is the one to stop.
    private static string[] AsUser =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];

    private static string Program(string name)
    {
        const string debian = "/usr/lib/postgresql";
        string[] versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        var newestFirst = versions.OrderByDescending(version => version, StringComparer.Ordinal);
        return ServerProcess.Find([name, .. newestFirst.Select(version => Path.Combine(version, "bin", name))]);
    }

    private static void Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} failed: {errors.Result}");
    }
}
