using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>
/// A real redis-server with its own folder. Unless configured otherwise, it saves nothing to disk, so a restart loses all data.
/// </summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private ServerProcess? _process;

    private RedisProcess(int port, string[] arguments)
    {
        Port = port;
        _arguments =
        [
            "--port",
            port.ToString(CultureInfo.InvariantCulture),
            "--bind",
            "127.0.0.1",
            "--dir",
            _folder.Path,
            "--save",
            "",
            .. arguments,
        ];
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    public bool IsRunning => _process is { HasExited: false };

    public static Task<RedisProcess> StartAsync(params string[] arguments) => StartAsync(FreePort.Next(), arguments);

    public static async Task<RedisProcess> StartAsync(int port, params string[] arguments)
    {
        var server = new RedisProcess(port, arguments);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts a sentinel. A sentinel needs its configuration in a file that it can write to.</summary>
    public static async Task<RedisProcess> StartSentinelAsync(params string[] configuration)
    {
        var server = new RedisProcess(FreePort.Next(), []);
        await File.WriteAllLinesAsync(server._folder.File("sentinel.conf"), configuration);
        server._process = ServerProcess.Start(
            ServerProcess.Find("redis-server"),
            [server._folder.File("sentinel.conf"), "--sentinel", .. server._arguments[..6]]
        );
        await server.WaitUntilReadyAsync();
        return server;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        _process = ServerProcess.Start(ServerProcess.Find("redis-server"), _arguments);
        await WaitUntilReadyAsync();
    }

    /// <summary>Kills the server with SIGKILL and waits until it has exited.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Freezes the server with SIGSTOP: its connections stay open and its data stays in memory.</summary>
    public void Suspend() => Signal("-STOP");

    public void Resume() => Signal("-CONT");

    /// <summary>Sends one command over a plain socket and returns the raw reply.</summary>
    public async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{command}\r\n"));
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    /// <summary>
    /// Asks like <see cref="AskAsync"/>, but returns an empty reply if the server cannot be reached or closes the connection.
    /// Redis closes the connections of its callers when it becomes a master or a replica, and while it starts.
    /// </summary>
    public async Task<string> TryAskAsync(string command)
    {
        try
        {
            return await AskAsync(command);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private void Signal(string signal) =>
        System.Diagnostics.Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();

    private Task WaitUntilReadyAsync() =>
        Eventually.TrueAsync(
            async () =>
            {
                if (_process!.HasExited)
                    throw new InvalidOperationException($"redis-server exited: {_process.Output}");

                return await TryAskAsync("PING") is ['+', ..] or ['-', 'N', 'O', 'A', 'U', 'T', 'H', ..];
            },
            "redis-server to answer"
        );
}
