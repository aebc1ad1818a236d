using System.Globalization;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Engines;

/// <summary>A primary and a replica. A commit on the primary waits until the replica has it on disk.</summary>
public sealed class PostgreSqlPair : IAsyncDisposable
{
    private readonly TemporaryFolder _primaryFolder = new();
    private readonly TemporaryFolder _replicaFolder = new();
    private readonly int _primaryPort = FreePort.Next();
    private readonly int _replicaPort = FreePort.Next();
    private ServerProcess? _primary;
    private ServerProcess? _replica;

    /// <summary>Names both servers, the replica first, and makes Npgsql choose the primary.</summary>
    public string ConnectionString =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1:{_replicaPort},127.0.0.1:{_primaryPort};")
        + "Username=notify;Database=postgres;Target Session Attributes=primary;Timeout=5";

    /// <summary>The connection string of the primary alone.</summary>
    public string Primary => PostgreSqlProgram.ConnectionString(_primaryPort, "postgres");

    /// <summary>The connection string of the replica alone.</summary>
    public string Replica => PostgreSqlProgram.ConnectionString(_replicaPort, "postgres");

    public static async Task<PostgreSqlPair> StartAsync()
    {
        var pair = new PostgreSqlPair();
        try
        {
            PostgreSqlProgram.InitDb(pair._primaryFolder);
            pair._primary = await PostgreSqlProgram.StartAsync(pair._primaryFolder, pair._primaryPort);
            await pair.StartReplicaAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills all processes of the primary with SIGKILL.</summary>
    public async Task KillPrimaryAsync()
    {
        await _primary!.DisposeAsync();
        RemoveSharedMemory(_primaryFolder);
        _primary = null;
    }

    public async Task KillReplicaAsync()
    {
        await _replica!.DisposeAsync();
        RemoveSharedMemory(_replicaFolder);
        _replica = null;
    }

    public async Task PromoteReplicaAsync()
    {
        if (!await PostgreSqlProgram.ScalarAsync<bool>(Replica, "SELECT pg_promote()"))
            throw new InvalidOperationException("The replica was not promoted.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _primary, _replica }.OfType<ServerProcess>())
            await PostgreSqlProgram.StopAsync(process);
        _primaryFolder.Dispose();
        _replicaFolder.Dispose();
    }

    // Synchronous commits are turned on after the copy, so that the replica does not have the setting: once it is promoted, there
    // is no other server that its commits could wait for.
    private async Task StartReplicaAsync()
    {
        PostgreSqlProgram.Own(_replicaFolder);
        PostgreSqlProgram.Run(
            "pg_basebackup",
            "-h",
            "127.0.0.1",
            "-p",
            _primaryPort.ToString(CultureInfo.InvariantCulture),
            "-U",
            "notify",
            "-D",
            _replicaFolder.File("data"),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync"
        );
        _replica = await PostgreSqlProgram.StartAsync(_replicaFolder, _replicaPort);

        await PostgreSqlProgram.ScalarAsync<object>(Primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        await PostgreSqlProgram.ScalarAsync<object>(Primary, "SELECT pg_reload_conf()");
        const string synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        await Eventually.TrueAsync(
            async () => await PostgreSqlProgram.ScalarAsync<long>(Primary, synchronous) == 1,
            "the primary to replicate synchronously"
        );
    }

    // A killed server leaves a small shared memory segment behind. Its id is in the seventh line of the server's lock file.
    private static void RemoveSharedMemory(TemporaryFolder folder)
    {
        var line = File.ReadLines(Path.Combine(folder.File("data"), "postmaster.pid")).ElementAt(6);
        PostgreSqlProgram.Execute("ipcrm", "-m", line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }
}
