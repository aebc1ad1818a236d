using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Notify.TestSupport;

/// <summary>Many connections that write the beginning of a request each, and then neither write nor read anything more.</summary>
public sealed class Flood : IAsyncDisposable
{
    private const int Openers = 32;
    private const int SmallBuffer = 4_096;

    /// <summary>The length of <c>HTTP/1.1 200</c>.</summary>
    private const int StatusLength = 12;

    private readonly List<Socket> _connections;

    private Flood(List<Socket> connections) => _connections = connections;

    /// <summary>Opens the connections and writes the text on each.</summary>
    public static async Task<Flood> OpenAsync(Uri server, int count, string text)
    {
        ArgumentNullException.ThrowIfNull(server);
        var connections = new List<Socket>(count);
        for (var i = 0; i < count; i++)
        {
            // The server counts everything that the client's kernel buffers as read.
            connections.Add(new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = SmallBuffer });
        }

        var flood = new Flood(connections);
        var start = Encoding.ASCII.GetBytes(text);
        var target = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        try
        {
            await Parallel.ForEachAsync(
                connections,
                new ParallelOptions { MaxDegreeOfParallelism = Openers },
                async (connection, cancellationToken) =>
                {
                    await connection.ConnectAsync(target, cancellationToken);
                    await TryAsync(async () => await connection.SendAsync(start, cancellationToken));
                }
            );
            return flood;
        }
        catch
        {
            await flood.DisposeAsync();
            throw;
        }
    }

    /// <summary>Counts the connections that the server has closed or answered.</summary>
    public int CountEnded() => _connections.Count(connection => connection.Poll(0, SelectMode.SelectRead));

    /// <summary>
    /// Reads the status of each connection's answer, and no more. A connection that the server closed without an answer has none.
    /// </summary>
    public async Task<IReadOnlyList<string>> ReadStatusesAsync()
    {
        var statuses = new List<string>();
        foreach (var connection in _connections.Where(connection => connection.Poll(0, SelectMode.SelectRead)))
        {
            var status = new byte[StatusLength];
            var length = 0;
            await TryAsync(async () => length = await connection.ReceiveAsync(status));
            if (length > 0)
                statuses.Add(Encoding.ASCII.GetString(status, 0, length));
        }

        return statuses;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            // A reset frees the port at once, so that floods do not use them up.
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
            connection.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    // The server may close a connection at any moment, which is what a flood asks for.
    private static async Task TryAsync(Func<Task> io)
    {
        try
        {
            await io();
        }
        catch (SocketException) { }
    }
}
