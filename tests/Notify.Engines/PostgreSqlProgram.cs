using System.Diagnostics;
using System.Globalization;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Engines;

/// <summary>Runs PostgreSQL's programs from where Debian installs them.</summary>
public static class PostgreSqlProgram
{
    private static readonly Lazy<string> Folder = new(() => Path.GetDirectoryName(ServerProcess.Find(Installed("initdb")))!);

    // PostgreSQL refuses to run as root. setpriv drops the privileges and then executes the server in the same process, so the
    // process that we started is the server, and stopping it stops the server.
    private static string[] AsUser =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];

    /// <summary>Gives the folder to the server's user and creates a database cluster in it.</summary>
    public static void InitDb(TemporaryFolder folder)
    {
        Own(folder);
        Run("initdb", "-D", folder.File("data"), "-U", "notify", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
    }

    public static void Own(TemporaryFolder folder)
    {
        _ = Folder.Value;
        if (Environment.IsPrivilegedProcess)
            Execute("chown", "postgres", folder.Path);
    }

    public static void Run(string program, params string[] arguments) =>
        Execute([.. AsUser, Path.Combine(Folder.Value, program), .. arguments]);

    public static async Task<ServerProcess> StartAsync(TemporaryFolder folder, int port, params string[] settings)
    {
        string[] command =
        [
            .. AsUser,
            Path.Combine(Folder.Value, "postgres"),
            "-D",
            folder.File("data"),
            "-p",
            port.ToString(CultureInfo.InvariantCulture),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=300",
            "-c",
            "fsync=on",
            "-c",
            "dynamic_shared_memory_type=mmap",
            .. settings.SelectMany(setting => new[] { "-c", setting }),
        ];
        var process = ServerProcess.Start(command[0], command[1..]);
        await Eventually.TrueAsync(() => IsReadyAsync(process, port), "the PostgreSQL server to accept connections");
        return process;
    }

    /// <summary>
    /// Performs PostgreSQL's immediate shutdown, which frees the shared memory but does not flush data that is about to be
    /// deleted anyway.
    /// </summary>
    public static async Task StopAsync(ServerProcess process)
    {
        Execute("kill", "-QUIT", process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync();
        await process.DisposeAsync();
    }

    public static string ConnectionString(int port, string database) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={port};Username=notify;Database={database};Maximum Pool Size=16"
        );

    public static async Task<T?> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }

    public static void Execute(params string[] command)
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

    private static async Task<bool> IsReadyAsync(ServerProcess process, int port)
    {
        if (process.HasExited)
            throw new InvalidOperationException($"PostgreSQL exited: {process.Output}");

        try
        {
            await ScalarAsync<object>(ConnectionString(port, "postgres"), "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string[] Installed(string program)
    {
        const string debian = "/usr/lib/postgresql";
        string[] versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        var newestFirst = versions.OrderByDescending(version => version, StringComparer.Ordinal);
        return [.. newestFirst.Select(version => Path.Combine(version, "bin", program)), program];
    }
}
