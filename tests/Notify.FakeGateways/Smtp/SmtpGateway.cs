using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Notify.FakeGateways.Smtp;

/// <summary>
/// A mail server on a free port of 127.0.0.1 that never forwards a message. It makes the checks that a mail server makes (the
/// order of commands, addresses, login, TLS, size, lines) and can be told to misbehave.
/// </summary>
public sealed class SmtpGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _conversations = new();
    private readonly ConcurrentQueue<SmtpMessage> _messages = new();
    private readonly Task _accepting;
    private int _accepted;
    private long _taken;

    private SmtpGateway(SmtpGatewayOptions options)
    {
        Options = options;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port that it listens on.</summary>
    public int Port { get; }

    /// <summary>The number of open connections.</summary>
    public int Connections => _conversations.Count;

    /// <summary>The number of connections accepted since the start.</summary>
    public int ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <summary>The number of accepted messages.</summary>
    public long MessagesTaken => Interlocked.Read(ref _taken);

    /// <summary>The accepted messages. Empty if the options say that they are only counted.</summary>
    public IReadOnlyCollection<SmtpMessage> Messages => _messages;

    internal SmtpGatewayOptions Options { get; }

    /// <param name="options">What the server offers and requires, or null for one that accepts everything.</param>
    public static SmtpGateway Start(SmtpGatewayOptions? options = null) => new(options ?? new SmtpGatewayOptions());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The listener is disposed of only after the accept loop has ended by cancellation. If it went first, the pending accept
        // would throw a SocketException instead of ending quietly.
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_conversations.Values);
        _stopping.Dispose();
    }

    internal void Take(SmtpMessage message)
    {
        Interlocked.Increment(ref _taken);
        if (Options.KeepsMessages)
            _messages.Enqueue(message);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                var number = Interlocked.Increment(ref _accepted);

                // The conversation removes its own entry when it ends. It waits until the entry has been added: otherwise one
                // that ends at once would remove it before this line adds it, and the entry would stay for ever.
                var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _conversations[number] = ConverseAsync(socket, number, entered.Task);
                entered.SetResult();
            }
        }
        catch (OperationCanceledException) { }
    }

    private async Task ConverseAsync(Socket socket, int number, Task entered)
    {
        await entered;
        try
        {
            socket.NoDelay = true;
            await using var conversation = new SmtpConversation(this, new NetworkStream(socket, ownsSocket: true), number);
            await conversation.RunAsync(_stopping.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client closed the connection, or this server is shutting down.
        }
        finally
        {
            _conversations.TryRemove(number, out _);
        }
    }
}
