using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Notify.Providers.MailKit.Tests;

/// <summary>
/// A proxy that connects to a port of this machine, whatever host it is asked for: SOCKS 5 (RFC 1928) or HTTP CONNECT.
/// </summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _isSocks;
    private readonly int _target;
    private readonly Task _serving;
    private int _connected;

    public Proxy(bool isSocks, int target)
    {
        (_isSocks, _target) = (isSocks, target);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"{(_isSocks ? "socks5" : "http")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many connections it made.</summary>
    public int Connected => Volatile.Read(ref _connected);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await using var stream = near.GetStream();
            await (_isSocks ? GreetBySocksAsync(stream) : GreetByHttpAsync(stream));
            await far.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            Interlocked.Increment(ref _connected);
            await stream.WriteAsync(
                _isSocks ? [5, 0, 0, 1, 127, 0, 0, 1, 0, 0] : "HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray(),
                _stopping.Token
            );
            await using var beyond = far.GetStream();
            await Task.WhenAny(stream.CopyToAsync(beyond, _stopping.Token), beyond.CopyToAsync(stream, _stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // One side has gone, or the test is over.
        }
    }

    private async Task GreetBySocksAsync(NetworkStream stream)
    {
        var methods = await ReadAsync(stream, 2);
        await ReadAsync(stream, methods[1]);
        await stream.WriteAsync(new byte[] { 5, 0 }, _stopping.Token);
        var request = await ReadAsync(stream, 4);
        var addressLength = request[3] switch
        {
            1 => 4,
            4 => 16,
            _ => (await ReadAsync(stream, 1))[0],
        };
        await ReadAsync(stream, addressLength + 2);
    }

    private async Task GreetByHttpAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)(await ReadAsync(stream, 1))[0]);
    }

    private async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, _stopping.Token);
        return bytes;
    }
}
