using System.Diagnostics;
using System.Globalization;
using Notify.Storage.PostgreSql.Tests;
using Notify.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace Notify.Storage.PostgreSql.Tests;

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
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
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
        {
            // SIGQUIT is PostgreSQL's immediate shutdown: it frees its shared memory and does not flush what is about to be deleted.
            Run("kill", "-QUIT", _process.Id.ToString(CultureInfo.InvariantCulture));
            await _process.WaitForExitAsync();
            await _process.DisposeAsync();
        }

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

            var programs = Path.GetDirectoryName(ServerProcess.Find(Installed("initdb")))!;
            var data = _folder.File("data");
            if (Environment.IsPrivilegedProcess)
                Run("chown", "postgres", _folder.Path);
            Run([.. AsUser, Path.Combine(programs, "initdb"), "-D", data, "-U", "notify", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
            string[] command =
            [
                .. AsUser, Path.Combine(programs, "postgres"), "-D", data, "-p", _port.ToString(CultureInfo.InvariantCulture),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "fsync=on",
            ];
            var process = ServerProcess.Start(command[0], command[1..]);
            await Eventually.TrueAsync(() => IsReadyAsync(process), "the PostgreSQL server to accept connections");
            _process = process;
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<bool> IsReadyAsync(ServerProcess process)
    {
        if (process.HasExited)
            throw new InvalidOperationException($"PostgreSQL ended: {process.Output}");

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

    private async ValueTask ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port.ToString(CultureInfo.InvariantCulture)};Username=notify;Database={database};Maximum Pool Size=16";

    // PostgreSQL refuses to run as root; setpriv becomes the server itself, so that the process that was started is the one to stop.
    private static string[] AsUser =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];

    private static string[] Installed(string program)
    {
        const string debian = "/usr/lib/postgresql";
        string[] versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        return [program, .. versions.OrderByDescending(version => version, StringComparer.Ordinal).Select(version => Path.Combine(version, "bin", program))];
    }

    private static void Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} failed: {errors.Result}");
    }
}
