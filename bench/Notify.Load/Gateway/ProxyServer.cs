using System.Diagnostics;
using System.Globalization;
using Notify.Load.Hosts;
using Notify.Load.Ingress;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Gateway;

/// <summary>A process in front of the API, or the API itself.</summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    public const string Key = "a-key-of-the-benchmark";

    private readonly ServerProcess _process;
    private readonly int _callers;

    private ProxyServer(ServerProcess process, int port, int callers) => (_process, Port, _callers) = (process, port, callers);

    public int Port { get; }

    /// <summary>The processor time that the process used per request in the last turn, in microseconds.</summary>
    public double ProcessorMicroseconds { get; private set; }

    /// <summary>The peak memory of the process.</summary>
    public double PeakMegabytes => Math.Round(ResidentMemory.PeakBytes(_process.Id) / 1e6, 1);

    /// <summary>Starts the API with a SQLite file.</summary>
    public static Task<ProxyServer> StartApiAsync(string database, int callers) =>
        StartOwnAsync(callers, IngressHost.Name, "--database", database, "--workers", $"{Workers.None}", "--key", Key);

    /// <summary>Starts YARP with one route to the API.</summary>
    public static Task<ProxyServer> StartBareAsync(ProxyServer api, int callers) =>
        StartOwnAsync(callers, BareProxy.Name, "--to", GetAddress(api.Port).AbsoluteUri);

    /// <summary>Starts the reference host as a gateway to the API.</summary>
    public static Task<ProxyServer> StartGatewayAsync(string data, ProxyServer api, int callers)
    {
        var port = HostProcess.FreePort();
        var process = ReferenceHost.Start(
            data,
            GetAddress(port),
            "--Notify:Roles=gateway",
            $"--Notify:ApiKey={Key}",
            $"--Notify:Gateway:Notifications={GetAddress(api.Port).AbsoluteUri}"
        );
        return WaitAsync(process, "Notify is ready", port, callers);
    }

    /// <summary>Runs one turn. It ends when all requests have been answered with 202.</summary>
    public async Task<Turn> SendAsync(int count)
    {
        using var connections = new CallerConnections(Port, _callers, Key);
        var used = ReadProcessorTime();
        var turn = await Callers.MeasureAsync(count, _callers, connections.PostAsync);
        ProcessorMicroseconds = Math.Round((ReadProcessorTime() - used).TotalMicroseconds / count, 1);
        return turn;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Task<ProxyServer> StartOwnAsync(int callers, string command, params string[] arguments)
    {
        var port = HostProcess.FreePort();
        var process = ServerProcess.Start(
            OwnProcess.Program,
            OwnProcess.Arguments(command, ["--port", port.ToString(CultureInfo.InvariantCulture), .. arguments])
        );
        return WaitAsync(process, HostCommand.Ready, port, callers);
    }

    private static async Task<ProxyServer> WaitAsync(ServerProcess process, string ready, int port, int callers)
    {
        await Eventually.TrueAsync(() => process.HasExited || process.Output.Contains(ready), "the server to be ready");
        return process.HasExited
            ? throw new InvalidOperationException($"The server exited: {process.Output}")
            : new ProxyServer(process, port, callers);
    }

    private static Uri GetAddress(int port) => new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    private TimeSpan ReadProcessorTime()
    {
        using var process = Process.GetProcessById(_process.Id);
        return process.TotalProcessorTime;
    }
}
