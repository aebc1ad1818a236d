using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Notify.Load.Hosts;

/// <summary>A host as a process of its own, which can be killed, stopped, paused and resumed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const int Continue = 18,
        Stop = 19,
        Terminate = 15;
    private const int KeptLines = 40;

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

    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines that it printed.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Ends when it answers, with true, or when it has ended instead.</summary>
    public Task<bool> Ready { get; }

    /// <param name="settings">What it is started with.</param>
    /// <param name="through">A program with arguments that starts the host in its stead, such as one that drops rights.</param>
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
    /// A port that nobody listens on, below those that the system gives to outgoing connections: while a host is down, a client's
    /// connection could else take its port, or even connect to itself.
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

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as an orchestrator stops a container.</summary>
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
