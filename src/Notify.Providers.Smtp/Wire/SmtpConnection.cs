using System.Net.Sockets;
using System.Security.Authentication;
using Notify.Providers.Mail;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>A connection that sends one message at a time.</summary>
internal sealed class SmtpConnection : IPooledConnection
{
    private readonly SmtpWire _wire = new();
    private readonly SmtpHandshake _handshake;
    private readonly SmtpTransaction _transaction;
    private readonly Action<SmtpConnection> _giveBack;
    private bool _isReused;

    public SmtpConnection(SmtpOptions options, MessageComposer composer, Action<SmtpConnection> giveBack)
    {
        _handshake = new SmtpHandshake(_wire, options);
        _transaction = new SmtpTransaction(_wire, options, composer);
        _giveBack = giveBack;
    }

    public bool IsUsable { get; private set; }

    /// <summary>
    /// Gets whether the server had closed this connection after earlier messages: it did not answer, or answered only that it
    /// closes the connection. Then the current message can be sent again without a risk of duplicates.
    /// </summary>
    public bool IsStale => _isReused && !IsUsable && (_wire.LastReply is null || _wire.IsClosing);

    /// <summary>Gets the stage of the last command.</summary>
    public SmtpStage Stage => _wire.Stage;

    /// <summary>Gets whether the message was sent completely.</summary>
    public bool IsSent => _transaction.IsSent;

    /// <summary>Gets the outcomes of the copies of the latest message that the server refused.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => _transaction.RefusedCopies;

    /// <returns>Null when the server accepted the message.</returns>
    /// <exception cref="IOException">The connection was lost.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The server cannot be reached.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">TLS failed.</exception>
    /// <exception cref="OperationCanceledException">The server did not answer in time.</exception>
    public async ValueTask<Outcome?> SendAsync(Email email, AttemptTimer timer, CancellationToken cancellationToken)
    {
        (_isReused, IsUsable) = (IsUsable, false);
        _wire.Forget();
        if (!_isReused && await _handshake.ShakeAsync(cancellationToken).ConfigureAwait(false) is { } failure)
            return failure;

        var refusal = await _transaction.SendAsync(email, _handshake.Offered, timer, cancellationToken).ConfigureAwait(false);
        IsUsable = _wire.IsInStep;
        return refusal;
    }

    /// <summary>Connects and signs in, without a message.</summary>
    /// <returns>Null when messages can be sent; otherwise, why not.</returns>
    public async ValueTask<Outcome?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var failure = await _handshake.ShakeAsync(cancellationToken).ConfigureAwait(false);
            IsUsable = failure is null;
            return failure;
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            return SmtpOutcomes.Create(exception);
        }
    }

    public void Close()
    {
        using (_wire)
        {
            if (IsUsable)
                _wire.Quit();
        }
    }

    public void Dispose() => _giveBack(this);
}
