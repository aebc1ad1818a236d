using Notify.Providers.Mail;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>One connection, rented for one message at a time.</summary>
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
    /// Whether the server had done with this connection after earlier messages, which says nothing about the one at hand: it
    /// answered nothing, or only that it closes.
    /// </summary>
    public bool IsStale => _isReused && !IsUsable && (_wire.LastReply is null || _wire.IsClosing);

    /// <summary>What the server was asked last.</summary>
    public SmtpStage Stage => _wire.Stage;

    /// <summary>Whether the message went out to its last line.</summary>
    public bool IsSent => _transaction.IsSent;

    /// <summary>The copies of the latest message that the server refused, by its replies.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => _transaction.RefusedCopies;

    /// <returns>Null when the server took the message over.</returns>
    /// <exception cref="IOException">The connection is lost.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">There is no connection.</exception>
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
