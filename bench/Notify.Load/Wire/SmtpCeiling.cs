using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Notify.Load.Wire;

/// <summary>
/// The simplest program that sends the same mail: sockets that repeat the provider's commands and messages byte for byte and
/// check the first digit of each reply.
/// </summary>
internal sealed class SmtpCeiling : IDisposable
{
    private readonly IReadOnlyList<RecordedEmail> _emails;
    private readonly ConcurrentStack<Connection> _connections;

    private SmtpCeiling(IReadOnlyList<RecordedEmail> emails, IEnumerable<Connection> connections) =>
        (_emails, _connections) = (emails, new ConcurrentStack<Connection>(connections));

    public static async Task<SmtpCeiling> ConnectAsync(IReadOnlyList<RecordedEmail> emails, int port, int connections) =>
        new(emails, await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.OpenAsync(port))));

    public async ValueTask SendAsync(int number)
    {
        if (!_connections.TryPop(out var connection))
            throw new InvalidOperationException("There are more callers than connections.");

        var email = _emails[number % _emails.Count];
        await connection.SayAsync(email.Announcement, replies: 3);
        await connection.SayAsync(email.Content, replies: 1);
        _connections.Push(connection);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
    }

    private sealed class Connection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _replies = new byte[4096];

        public static async Task<Connection> OpenAsync(int port)
        {
            var connection = new Connection();
            await connection._socket.ConnectAsync(IPAddress.Loopback, port);
            await connection.HearAsync(replies: 1);
            await connection.SayAsync("EHLO [127.0.0.1]\r\n"u8.ToArray(), replies: 4);
            return connection;
        }

        public async ValueTask SayAsync(ReadOnlyMemory<byte> text, int replies)
        {
            await _socket.SendAsync(text);
            await HearAsync(replies);
        }

        public void Dispose() => _socket.Dispose();

        private async ValueTask HearAsync(int replies)
        {
            for (var length = 0; replies > 0; )
            {
                var read = await _socket.ReceiveAsync(_replies.AsMemory(length));
                if (read == 0 || _replies[length] is not ((byte)'2' or (byte)'3'))
                    throw new IOException("The sink refused.");
                replies -= _replies.AsSpan(length, read).Count((byte)'\n');
                length += read;
            }
        }
    }
}
