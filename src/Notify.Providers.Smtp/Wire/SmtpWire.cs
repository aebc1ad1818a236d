using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Notify.Providers.Mail;

namespace Notify.Providers.Smtp.Wire;

/// <summary>
/// A socket to a mail server. Commands are buffered and sent together when a reply is awaited. Replies are read one at a time.
/// </summary>
internal sealed class SmtpWire : IDisposable
{
    // Most messages fit into this buffer, so that one or two packets are sent per message.
    private static readonly StreamPipeWriterOptions Writing = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    private readonly SmtpReplyReader _replies = new();

    private Socket? _socket;
    private Stream? _stream;
    private PipeWriter? _output;
    private bool _isInStep = true;

    /// <summary>Gets the writer for commands and content. <see cref="AnswerAsync"/> sends what was written.</summary>
    public PipeWriter Output => _output!;

    /// <summary>Gets the latest reply; null when there was none since <see cref="Forget"/>.</summary>
    public SmtpReply? LastReply { get; private set; }

    /// <summary>Gets whether the server announced that it closes the connection.</summary>
    public bool IsClosing => LastReply?.Code == SmtpReply.Closing;

    /// <summary>
    /// Gets whether another message can be sent: every command was answered, and the server sent nothing else. Otherwise the next
    /// reply could belong to an earlier command.
    /// </summary>
    public bool IsInStep => _isInStep && !IsClosing && !_replies.HasMore;

    public IPAddress LocalAddress => ((IPEndPoint)_socket!.LocalEndPoint!).Address;

    /// <summary>Gets the stage of the last command; <see cref="SmtpStage.Greeting"/> while connecting.</summary>
    public SmtpStage Stage { get; private set; }

    public void Forget() => LastReply = null;

    public async ValueTask ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        // NoDelay, because the server waits for each write. The timeout limits the write of QUIT, which is synchronous.
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 1000 };
        await _socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        Use(new NetworkStream(_socket));
    }

    /// <summary>Starts TLS on the connection.</summary>
    /// <exception cref="AuthenticationException">The server's certificate is not valid for this host.</exception>
    public async ValueTask UpgradeAsync(string host, CancellationToken cancellationToken)
    {
        // Data that is already buffered was received before TLS, so an attacker may have injected it. It must not be taken for a
        // reply of the server (RFC 3207 section 6).
        if (_replies.HasMore)
            throw new MalformedReplyException();

        var tls = new SslStream(_stream!);
        Use(tls);
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends what was written, and reads the reply.</summary>
    /// <returns>Null when the reply is the expected one; otherwise its outcome.</returns>
    /// <param name="stage">The stage that the reply answers.</param>
    /// <param name="cancellationToken">Cancels the operation. The connection cannot be used afterwards.</param>
    /// <param name="expected">The first digit of the expected reply code.</param>
    public async ValueTask<Outcome?> AnswerAsync(SmtpStage stage, CancellationToken cancellationToken, int expected = 2)
    {
        var wasInStep = _isInStep;
        (_isInStep, Stage) = (false, stage);
        await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        var reply = await _replies.ReadAsync(_stream!, cancellationToken).ConfigureAwait(false);
        LastReply = reply;
        var isExpected = reply.Code / 100 == expected;
        _isInStep = wasInStep && (isExpected || reply.IsRefusal);
        return isExpected ? null : SmtpOutcomes.Create(stage, reply);
    }

    /// <summary>Sends QUIT. The reply is not awaited, because nothing depends on it.</summary>
    public void Quit() => _stream!.Write("QUIT\r\n"u8);

    public void Dispose()
    {
        // The exception makes the writer release its memory without sending the rest.
        _output?.Complete(new IOException());
        _stream?.Dispose();
        _socket?.Dispose();
    }

    private void Use(Stream stream)
    {
        _stream = stream;
        _output = PipeWriter.Create(stream, Writing);
    }
}
