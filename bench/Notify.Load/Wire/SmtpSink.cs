using System.Net;
using System.Net.Sockets;

namespace Notify.Load.Wire;

/// <summary>A mail server without TLS that accepts all messages. It implements only the part of SMTP that this needs.</summary>
internal sealed class SmtpSink : ISink
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TimeSpan _latency;
    private readonly Action<RecordedEmail>? _record;
    private long _messages;
    private long _bytes;

    private SmtpSink(TimeSpan latency, Action<RecordedEmail>? record)
    {
        (_latency, _record) = (latency, record);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public Taken Taken => new(Volatile.Read(ref _messages), Volatile.Read(ref _bytes));

    /// <param name="latency">How long it takes to accept a message.</param>
    /// <param name="record">Called with each message, or null.</param>
    public static SmtpSink Start(TimeSpan latency, Action<RecordedEmail>? record = null)
    {
        var sink = new SmtpSink(latency, record);
        _ = sink.ListenAsync();
        return sink;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
                _ = ConverseAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The process is exiting, or the recording has ended.
        }
    }

    private async Task ConverseAsync(Socket socket)
    {
        using var conversation = new SmtpSinkConversation(socket);
        try
        {
            await conversation.GreetAsync();
            while (await conversation.TakeAsync() is { } email)
            {
                if (_latency > TimeSpan.Zero)
                    await Task.Delay(_latency);
                Interlocked.Increment(ref _messages);
                Interlocked.Add(ref _bytes, email.Announcement.Length + email.Content.Length);
                _record?.Invoke(email.Copy());
                await conversation.AcceptAsync();
            }
        }
        catch (SocketException)
        {
            // The client has disconnected.
        }
    }
}
