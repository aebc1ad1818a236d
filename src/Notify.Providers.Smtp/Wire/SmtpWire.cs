using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Notify.Providers.Mail;

namespace Notify.Providers.Smtp.Wire;

/// <summary>The socket to a mail server: what is written goes out in one piece, and replies come back one at a time.</summary>
internal sealed class SmtpWire : IDisposable
{
    // Most messages fit, so that all of one goes out in one packet or two.
    private static readonly StreamPipeWriterOptions Writing = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    private readonly SmtpReplyReader _replies = new();

    private Socket? _socket;
    private Stream? _stream;
    private PipeWriter? _output;
    private bool _isInStep = true;

    /// <summary>Takes commands and content. <see cref="AnswerAsync"/> sends them.</summary>
    public PipeWriter Output => _output!;

    /// <summary>The latest reply; null when none came since <see cref="Forget"/>.</summary>
    public SmtpReply? LastReply { get; private set; }

    /// <summary>Whether the server said that it closes the connection.</summary>
    public bool IsClosing => LastReply?.Code == SmtpReply.Closing;

    /// <summary>
    /// Whether another message can follow: every command has its answer, and the server said nothing beyond. After any other
    /// answer the next reply could be to an earlier command.
    /// </summary>
    public bool IsInStep => _isInStep && !IsClosing && !_replies.HasMore;

    public IPAddress LocalAddress => ((IPEndPoint)_socket!.LocalEndPoint!).Address;

    /// <summary>What the server was asked last; <see cref="SmtpStage.Greeting"/> also while connecting.</summary>
    public SmtpStage Stage { get; private set; }

    public void Forget() => LastReply = null;

    public async ValueTask ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        // NoDelay, since each write is all that the server waits for; QUIT is written without patience.
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 1000 };
        await _socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        Use(new NetworkStream(_socket));
    }

    /// <summary>Goes on in TLS.</summary>
    /// <exception cref="AuthenticationException">The server did not prove to be this host.</exception>
    public async ValueTask UpgradeAsync(string host, CancellationToken cancellationToken)
    {
        // What is here already came in clear, from whoever sits between; it must not count as said by the server.
        if (_replies.HasMore)
            throw new MalformedReplyException();

        var tls = new SslStream(_stream!);
        Use(tls);
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends what was written, and waits for the reply.</summary>
    /// <returns>Null when the reply is as hoped for; else what it comes to.</returns>
    /// <param name="stage">What the reply is to.</param>
    /// <param name="cancellationToken">Ends the wait. The connection is of no use then.</param>
    /// <param name="hoped">The reply code's first digit.</param>
    public async ValueTask<Outcome?> AnswerAsync(SmtpStage stage, CancellationToken cancellationToken, int hoped = 2)
    {
        var wasInStep = _isInStep;
        (_isInStep, Stage) = (false, stage);
        await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        var reply = await _replies.ReadAsync(_stream!, cancellationToken).ConfigureAwait(false);
        LastReply = reply;
        var isAsHoped = reply.Code / 100 == hoped;
        _isInStep = wasInStep && (isAsHoped || reply.IsRefusal);
        return isAsHoped ? null : SmtpOutcomes.Create(stage, reply);
    }

    /// <summary>Says goodbye. The server's own is not waited for: nothing depends on it.</summary>
    public void Quit() => _stream!.Write("QUIT\r\n"u8);

    public void Dispose()
    {
        // Completed by an exception, it gives its memory back and sends nothing of what is left.
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
