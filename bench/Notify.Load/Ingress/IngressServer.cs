using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Testing;

namespace Notify.Load.Ingress;

/// <summary>A server process with its callers' connections.</summary>
internal sealed class IngressServer : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly string? _database;
    private readonly Workers _workers;
    private readonly ServerProcess _process;
    private readonly int _callers;
    private readonly CallerConnections _connections;
    private readonly HttpClient _questions;
    private int _sent;

    private IngressServer(string? database, Workers workers, int callers, ServerProcess process, int port)
    {
        (_database, _workers, _callers, _process) = (database, workers, callers, process);
        _connections = new CallerConnections(port, callers);
        _questions = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>What the server's process used of the processors for each request of the last turn.</summary>
    public double ProcessorMicroseconds { get; private set; }

    /// <summary>What this process used meanwhile.</summary>
    public double CallerProcessorMicroseconds { get; private set; }

    /// <summary>The most memory that the server held.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>Starts the empty endpoint, or Notify on a SQLite file.</summary>
    /// <param name="callers">How many callers it has, each with a connection.</param>
    /// <param name="database">The file; null for the empty endpoint.</param>
    /// <param name="workers">What Notify works on beside what it accepts.</param>
    public static async Task<IngressServer> StartAsync(int callers, string? database = null, Workers workers = Workers.None)
    {
        var port = HostProcess.FreePort();
        string[] arguments =
        [
            "--port",
            port.ToString(CultureInfo.InvariantCulture),
            .. database is null ? [] : new[] { "--database", database, "--workers", workers.ToString() },
        ];
        var process = ServerProcess.Start(OwnProcess.Program, OwnProcess.Arguments(IngressHost.Name, arguments));
        await Eventually.TrueAsync(
            () => process.HasExited || process.Output.Contains(HostCommand.Ready),
            "the server to be ready"
        );
        if (process.HasExited)
            throw new InvalidOperationException($"The server ended: {process.Output}");
        return new IngressServer(database, workers, callers, process, port);
    }

    /// <summary>One turn: every request is answered with 202, and where the server delivers, every delivery is settled.</summary>
    public async Task<Turn> SendAsync(int count)
    {
        var allocated = await AskAsync(IngressHost.Allocated);
        var used = (Server: ProcessorTime(_process.Id), Callers: ProcessorTime(Environment.ProcessId));
        var turn = await Callers.MeasureAsync(
            count,
            _callers,
            _connections.PostAsync,
            _workers == Workers.None ? null : SettleAsync
        );
        ProcessorMicroseconds = (ProcessorTime(_process.Id) - used.Server).TotalMicroseconds / count;
        CallerProcessorMicroseconds = (ProcessorTime(Environment.ProcessId) - used.Callers).TotalMicroseconds / count;
        _sent += count;
        return turn with { AllocatedBytes = await AskAsync(IngressHost.Allocated) - allocated };
    }

    /// <summary>Kills the server, and finds all that it answered for in its database.</summary>
    public async Task StopAsync()
    {
        PeakMegabytes = Math.Round(ResidentMemory.PeakBytes(_process.Id) / 1e6, 1);
        _process.Kill();
        await _process.WaitForExitAsync();

        var database = new SqliteConnectionStringBuilder { DataSource = _database, Pooling = false };
        using var connection = new SqliteConnection(database.ToString());
        connection.Open();
        var notifications = Count(connection, "SELECT COUNT(*) FROM notify_notification");
        var deliveries = Count(
            connection,
            $"SELECT COUNT(*) FROM notify_delivery WHERE state = {(_workers == Workers.None ? 0 : 1)}"
        );
        if (notifications != _sent || deliveries != _sent)
        {
            throw new InvalidOperationException(
                $"{_sent} were answered with 202; {notifications} are stored, {deliveries} as they ought to be."
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        _questions.Dispose();
        _connections.Dispose();
        await _process.DisposeAsync();
    }

    private async Task SettleAsync()
    {
        while (await AskAsync(IngressHost.Pending) > 0)
            await Task.Delay(Poll);
    }

    private async Task<long> AskAsync(string path) =>
        long.Parse(await _questions.GetStringAsync(path), CultureInfo.InvariantCulture);

    private static TimeSpan ProcessorTime(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }

    private static long Count(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
