using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Notify.Load.Ingress;

/// <summary>
/// An HTTP/1.1 connection that sends prepared triggers one after the other, each with a different address. It uses as little
/// processor time as possible: it competes with the server for the processors, and its share would bring the two servers' results
/// closer together.
/// </summary>
internal sealed class KeepAliveConnection : IDisposable
{
    private const string Body = """
        {"to":[{"email":"00000000@example.org"}],
         "content":{"title":"Your order","body":"It was shipped and will arrive tomorrow."}}
        """;

    private static ReadOnlySpan<byte> Length => "Content-Length: "u8;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly int _numberAt;
    private readonly byte[] _answer = new byte[4_096];

    public KeepAliveConnection(int port, string? key = null)
    {
        var authorization = key is null ? "" : $"Authorization: Bearer {key}\r\n";
        var head =
            $"POST /v1/notifications HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{authorization}";
        var text = $"{head}Content-Length: {Body.Length}\r\n\r\n{Body}";
        _request = Encoding.ASCII.GetBytes(text);
        _numberAt = text.IndexOf("00000000@", StringComparison.Ordinal);
        _socket.Connect(IPAddress.Loopback, port);
    }

    /// <summary>
    /// Makes the code that awaits a socket continue on the thread that was notified, without going through the thread pool. Call
    /// this before the first socket is created.
    /// </summary>
    public static void CompleteInline() =>
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

    /// <summary>Sends one trigger and waits for the 202.</summary>
    public async ValueTask PostAsync(int number)
    {
        number.TryFormat(_request.AsSpan(_numberAt, 8), out _, "D8", CultureInfo.InvariantCulture);
        await _socket.SendAsync(_request);
        var length = 0;
        do
        {
            var read = await _socket.ReceiveAsync(_answer.AsMemory(length));
            if (read == 0)
                throw new InvalidOperationException("The server closed the connection.");
            length += read;
        } while (!IsWhole(_answer.AsSpan(0, length)));

        if (!_answer.AsSpan(0, length).StartsWith("HTTP/1.1 202"u8))
            throw new InvalidOperationException($"The server answered {Encoding.ASCII.GetString(_answer, 0, length)}");
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;

        var length = answer[..end].IndexOf(Length);
        if (length < 0)
            return answer.EndsWith("\r\n0\r\n\r\n"u8);
        return Utf8Parser.TryParse(answer[(length + Length.Length)..], out int bytes, out _) && answer.Length == end + 4 + bytes;
    }
}
