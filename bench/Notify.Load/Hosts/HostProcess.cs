using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Notify.Load.Hosts;

/// <summary>A host in a separate process, which can be killed, stopped, paused and resumed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const int Continue = 18,
        Stop = 19,
        Terminate = 15;

    // An error at start has a stack trace of more than 40 lines, and its message comes first.
    private const int KeptLines = 200;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(HostSettings settings, Process process)
    {
        (Settings, _process) = (settings, process);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Ready = WaitUntilReadyAsync();
    }

    public HostSettings Settings { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of its output.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Ends with true when the host answers, or with false if it exits first.</summary>
    public Task<bool> Ready { get; }

    /// <param name="settings">The settings of the host.</param>
    /// <param name="through">A program, with arguments, that starts the host, such as one that drops privileges.</param>
    public static HostProcess Start(HostSettings settings, params string[] through)
    {
        string[] command = [.. through, OwnProcess.Program, .. OwnProcess.Arguments(HostCommand.Name, settings.ToArguments())];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // A kill would leave the sockets of the diagnostics behind.
        return new HostProcess(settings, Process.Start(start)!);
    }

    /// <summary>
    /// Finds a free port below the range that the system uses for outgoing connections. Otherwise a client's outgoing connection
    /// could take the port of a host that is down, or could even connect to itself.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(20_000, 32_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException) { }
        }
    }

    /// <summary>Sends SIGKILL: no handler runs and nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, as an orchestrator does to stop a container.</summary>
    public async Task StopAsync()
    {
        Signal(Terminate);
        await _process.WaitForExitAsync();
    }

    public void Pause() => Signal(Stop);

    public void Resume() => Signal(Continue);

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private async Task<bool> WaitUntilReadyAsync() => await Task.WhenAny(_ready.Task, _process.WaitForExitAsync()) == _ready.Task;

    private void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        if (line == HostCommand.Ready)
            _ready.TrySetResult();
        _output.Enqueue(line);
        if (_output.Count > KeptLines)
            _output.TryDequeue(out _);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
