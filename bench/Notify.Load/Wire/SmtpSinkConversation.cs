using System.Net.Sockets;

namespace Notify.Load.Wire;

/// <summary>
/// The conversation with one client of the mail sink. It expects the order of commands of a client that uses pipelining (RFC
/// 2920).
/// </summary>
internal sealed class SmtpSinkConversation(Socket socket) : IDisposable
{
    private static readonly byte[] Greeting = "220 sink.example.org ESMTP\r\n"u8.ToArray();

    private static readonly byte[] Capabilities =
        "250-sink.example.org\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n"u8.ToArray();

    /// <summary>The replies to MAIL, RCPT and DATA.</summary>
    private static readonly byte[] GoOn = "250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 go on\r\n"u8.ToArray();

    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    private static readonly byte[] AnnouncementEnd = "\r\nDATA\r\n"u8.ToArray();

    private static readonly byte[] ContentEnd = "\r\n.\r\n"u8.ToArray();

    private static readonly byte[] Accepted = "250 2.0.0 OK: queued as 4XJ2zk3Ccvz9sWb\r\n"u8.ToArray();

    private readonly byte[] _input = new byte[64 * 1024];
    private int _taken;
    private int _end;

    public async Task GreetAsync()
    {
        await socket.SendAsync(Greeting);
        await ReadPastAsync(LineEnd);
        await socket.SendAsync(Capabilities);
        _taken = _end = 0;
    }

    /// <summary>Reads the next message, which is not accepted yet. Returns null if the client has finished.</summary>
    public async ValueTask<RecordedEmail?> TakeAsync()
    {
        var announced = await ReadPastAsync(AnnouncementEnd);
        if (announced == 0)
            return null;

        await socket.SendAsync(GoOn);
        var ended = await ReadPastAsync(ContentEnd);
        return ended == 0
            ? null
            : new RecordedEmail(_input.AsMemory(0, announced), _input.AsMemory(announced, ended - announced));
    }

    public async Task AcceptAsync()
    {
        _taken = _end = 0;
        await socket.SendAsync(Accepted);
    }

    public void Dispose() => socket.Dispose();

    /// <returns>
    /// The position after the end marker, or 0 if the client has finished. The client waits for a reply, so nothing follows the
    /// marker.
    /// </returns>
    private async ValueTask<int> ReadPastAsync(ReadOnlyMemory<byte> end)
    {
        do
        {
            var read = await socket.ReceiveAsync(_input.AsMemory(_end));
            if (read == 0)
                return 0;
            _end += read;
        } while (!_input.AsSpan(_taken, _end - _taken).EndsWith(end.Span));
        return _taken = _end;
    }
}
