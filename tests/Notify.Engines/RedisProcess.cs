using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Notify.Testing;

namespace Notify.Engines;

/// <summary>
/// One real redis-server in a folder of its own. It keeps nothing on disk unless told to, so a restart forgets everything.
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

    /// <summary>A sentinel, whose configuration must be a file that it may write to.</summary>
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

    /// <summary>SIGKILL, and gone when this returns.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>The server stops in its tracks, with its connections open and its data in memory.</summary>
    public void Suspend() => Signal("-STOP");

    public void Resume() => Signal("-CONT");

    /// <summary>Asks one thing by a plain socket; the answer as it came.</summary>
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
                    throw new InvalidOperationException($"redis-server ended: {_process.Output}");

                try
                {
                    return await AskAsync("PING") is ['+', ..] or ['-', 'N', 'O', 'A', 'U', 'T', 'H', ..];
                }
                catch (Exception exception) when (exception is SocketException or IOException)
                {
                    return false;
                }
            },
            "redis-server to answer"
        );
}
