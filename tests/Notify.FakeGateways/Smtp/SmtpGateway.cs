using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Notify.FakeGateways.Smtp;

/// <summary>
/// A mail server on a free port of 127.0.0.1 that delivers nowhere. It checks what a mail server checks: the order of commands,
/// addresses, login, TLS, sizes, lines; and can be told to misbehave.
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

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Connections that are open now.</summary>
    public int Connections => _conversations.Count;

    /// <summary>Connections that were ever made.</summary>
    public int ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <summary>Messages that were taken over.</summary>
    public long MessagesTaken => Interlocked.Read(ref _taken);

    /// <summary>The messages themselves; empty when they are only counted.</summary>
    public IReadOnlyCollection<SmtpMessage> Messages => _messages;

    internal SmtpGatewayOptions Options { get; }

    /// <param name="options">What it offers and asks for; null for a server that takes everything.</param>
    public static SmtpGateway Start(SmtpGatewayOptions? options = null) => new(options ?? new SmtpGatewayOptions());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The listener goes last: accepting from one that is gone is an error, and no end.
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

                // It waits for its own entry, which a conversation that ends at once would else remove too early.
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
            // The client went away, or had to.
        }
        finally
        {
            _conversations.TryRemove(number, out _);
        }
    }
}
