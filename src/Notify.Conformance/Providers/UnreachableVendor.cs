using System.Net;
using System.Net.Sockets;

namespace Notify.Conformance.Providers;

/// <summary>A vendor on the loopback address to which no request can be sent, because connecting to it fails.</summary>
internal sealed class UnreachableVendor : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    private UnreachableVendor(string scheme, Func<Socket, CancellationToken, Task>? serve)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = new Uri($"{scheme}://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}/");
        // A bound port that does not listen refuses connections, and no other process can take it in the meantime.
        _serving = serve is null ? Task.CompletedTask : AcceptAsync(serve);
    }

    public Uri Address { get; }

    /// <summary>Gets a task that completes when a handshake has begun.</summary>
    public Task Reached => _reached.Task;

    public static UnreachableVendor RefuseConnections() => new("http", serve: null);

    public static UnreachableVendor RefuseHandshakes() => new("https", async (connection, cancellationToken) =>
        {
            // Sends the fatal alert handshake_failure (RFC 8446, section 6).
            await connection.SendAsync(new byte[] { 21, 3, 3, 0, 2, 2, 40 }, cancellationToken);
            connection.Shutdown(SocketShutdown.Send);
            while (await connection.ReceiveAsync(new byte[1024], cancellationToken) > 0) { }
        });

    public static UnreachableVendor StallHandshakes() =>
        new("https", (_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> serve)
    {
        _socket.Listen(backlog: 128);
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _socket.AcceptAsync(_stopping.Token), serve));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, CancellationToken, Task> serve)
    {
        using var connection = socket;
        try
        {
            if (await connection.ReceiveAsync(new byte[1024], _stopping.Token) > 0)
                _reached.TrySetResult();
            await serve(connection, _stopping.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The provider has disconnected, or the test has ended.
        }
    }
}
