using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Notify.Providers.Mail;
using Notify.Providers.Mail.Callbacks;
using Notify.Providers.Smtp.Mime;
using Notify.Providers.Smtp.Wire;

namespace Notify.Providers.Smtp;

/// <summary>Sends email through a mail server.</summary>
internal sealed class SmtpProvider : ITimedDeliveryProvider, ICheckedProvider, IDisposable
{
    private readonly MessageComposer _composer;
    private readonly AttachmentFetcher _attachments;
    private readonly ConnectionPool<SmtpConnection> _connections;
    private readonly ILogger _logger;
    private readonly SmtpOptions _options;

    public SmtpProvider(
        string name,
        SmtpOptions options,
        MailRules rules,
        AttachmentFetcher attachments,
        IUnsubscribeLinks links,
        IVendorHeaders? vendor,
        TimeProvider time,
        ILogger<SmtpProvider> logger
    )
    {
        (Name, _options, _attachments, _logger) = (name, options, attachments, logger);
        _composer = new MessageComposer(options, rules, links, vendor, time);
        _connections = new ConnectionPool<SmtpConnection>(
            options.MaxConnections,
            options.IdleTimeout,
            time,
            (giveBack, _) => new ValueTask<SmtpConnection>(new SmtpConnection(options, _composer, giveBack)),
            failure => Log.ConnectionNotClosed(logger, name, failure.GetType().Name)
        );
    }

    public string Name { get; }

    public Channel Channel => Channel.Email;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
    {
        if (!_composer.TryCompose(delivery, out var email, out var problem))
            return Outcome.Rejected(problem);
        if (AttachmentFetcher.IsNeeded(delivery))
        {
            var fetched = await _attachments.FetchAsync(delivery, timer, cancellationToken).ConfigureAwait(false);
            if (fetched.Failure is not null)
                return fetched.Failure;
            if (!_composer.TryCompose(fetched.Delivery, out email, out problem))
                return Outcome.Rejected(problem);
        }

        var outcome = await TrySendAsync(email, mayReuse: true, timer, cancellationToken).ConfigureAwait(false)
            ?? await TrySendAsync(email, mayReuse: false, timer, cancellationToken).ConfigureAwait(false);
        if (outcome!.IsProviderFailure)
            Log.ServerFailed(_logger, Name, outcome.Reason);
        return outcome;
    }

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var connection = new SmtpConnection(_options, _composer, _ => { });
        var failure = await connection.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        connection.Close();
        return failure is null
            ? CheckResult.Ok("The server accepts the connection and the sign-in.")
            : CheckResult.Failed(
                $"The server {_options.Host}:{_options.Port} cannot be used: {failure.Reason}.",
                "Check Host, Port, Security, UserName and Password of the provider."
            );
    }

    public void Dispose() => _connections.Dispose();

    /// <returns>
    /// Null when the server had closed a connection that was kept from earlier messages. Then the message is sent over a new one.
    /// </returns>
    private async ValueTask<Outcome?> TrySendAsync(
        Email email,
        bool mayReuse,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        using var connection = await _connections.RentAsync(mayReuse, timer, cancellationToken).ConfigureAwait(false);
        var outcome = await SendOverAsync(connection, email, timer, cancellationToken).ConfigureAwait(false);
        if (!connection.IsStale || cancellationToken.IsCancellationRequested)
            return outcome;

        Log.ConnectionWasStale(_logger, Name);
        return null;
    }

    private static async ValueTask<Outcome> SendOverAsync(
        SmtpConnection connection,
        Email email,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await connection.SendAsync(email, timer, cancellationToken).ConfigureAwait(false)
                ?? SmtpOutcomes.CreateSent(email.MessageId, connection.RefusedCopies, email.Copies.Count);
        }
        catch (Exception exception)
            when (exception is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // When a cancellation closes a socket, exceptions other than OperationCanceledException can result. If the message
            // was sent, the cancellation is thrown, which the engine treats as a lost answer.
            if (connection.IsSent)
                cancellationToken.ThrowIfCancellationRequested();
            if (cancellationToken.IsCancellationRequested)
                return SmtpOutcomes.CreateUnanswered(connection.Stage);
            return connection.IsSent ? SmtpOutcomes.CreateAnswerLost(exception) : SmtpOutcomes.Create(exception);
        }
    }
}
