using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Ingress;

/// <summary>A server process, and what its callers measure.</summary>
internal sealed class IngressServer : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly string? _database;
    private readonly Workers _workers;
    private readonly ServerProcess _process;
    private readonly int _callers;
    private readonly int _port;
    private readonly HttpClient _questions;
    private int _sent;

    private IngressServer(string? database, Workers workers, int callers, ServerProcess process, int port)
    {
        (_database, _workers, _callers, _process, _port) = (database, workers, callers, process, port);
        _questions = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>The processor time that the server used per request in the last turn, in microseconds.</summary>
    public double ProcessorMicroseconds { get; private set; }

    /// <summary>The processor time that this process used per request meanwhile.</summary>
    public double CallerProcessorMicroseconds { get; private set; }

    /// <summary>The peak memory of the server.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>Starts the empty endpoint, or Notify or the storing endpoint on a SQLite file.</summary>
    /// <param name="callers">The number of callers, each with its own connection.</param>
    /// <param name="database">The SQLite file, or null for the empty endpoint.</param>
    /// <param name="workers">The kinds of work that Notify does besides accepting triggers.</param>
    /// <param name="isRaw">Whether the storing endpoint is started instead of Notify.</param>
    public static async Task<IngressServer> StartAsync(
        int callers,
        string? database = null,
        Workers workers = Workers.None,
        bool isRaw = false
    )
    {
        var port = HostProcess.FreePort();
        string[] arguments =
        [
            .. database is null ? [] : new[] { "--database", database, "--workers", workers.ToString() },
            .. isRaw ? new[] { "--raw", "yes" } : [],
        ];
        return new IngressServer(database, workers, callers, await StartProcessAsync(port, arguments), port);
    }

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartProcessAsync(int port, string[] arguments)
    {
        string[] command =
        [
            .. OwnProcess.Arguments(IngressHost.Name),
            "--port",
            port.ToString(CultureInfo.InvariantCulture),
            .. arguments,
        ];
        var process = ServerProcess.Start(OwnProcess.Program, command);
        await Eventually.TrueAsync(
            () => process.HasExited || process.Output.Contains(HostCommand.Ready),
            "the server to be ready"
        );
        return process.HasExited ? throw new InvalidOperationException($"The server exited: {process.Output}") : process;
    }

    /// <summary>
    /// Runs one turn. It ends when all requests have been answered with 202 and, if the server delivers, all deliveries are
    /// settled.
    /// </summary>
    public async Task<Turn> SendAsync(int count)
    {
        using var connections = new CallerConnections(_port, _callers);
        var allocated = await AskAsync(IngressHost.Allocated);
        var used = (Server: ProcessorTime(_process.Id), Callers: ProcessorTime(Environment.ProcessId));
        var turn = await Callers.MeasureAsync(
            count,
            _callers,
            connections.PostAsync,
            _workers == Workers.None ? null : SettleAsync
        );
        ProcessorMicroseconds = (ProcessorTime(_process.Id) - used.Server).TotalMicroseconds / count;
        CallerProcessorMicroseconds = (ProcessorTime(Environment.ProcessId) - used.Callers).TotalMicroseconds / count;
        _sent += count;
        return turn with { AllocatedBytes = await AskAsync(IngressHost.Allocated) - allocated };
    }

    /// <summary>Kills the server and checks that everything it acknowledged is in its database.</summary>
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
                $"{_sent} requests were answered with 202, but {notifications} are stored, {deliveries} of them correctly."
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        _questions.Dispose();
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
