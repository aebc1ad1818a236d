using MailKit;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>Sends email through a mail server with MailKit.</summary>
internal sealed class MailKitProvider(
    string name,
    MessageComposer composer,
    AttachmentFetcher attachments,
    MailConnector connector,
    ConnectionPool<MailConnection> connections,
    TimeSpan acceptanceTimeout,
    ILogger<MailKitProvider> logger
) : ITimedDeliveryProvider, ICheckedProvider, IDisposable
{
    /// <summary>The reply code that MailKit reports as an exception without the code (RFC 4954 section 6).</summary>
    private const int AuthenticationRequired = 530;

    public string Name => name;

    public Channel Channel => Channel.Email;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
    {
        if (composer.FindProblem(delivery) is { } problem)
            return Outcome.Rejected(problem);
        var message = delivery;
        if (AttachmentFetcher.IsNeeded(delivery))
        {
            var fetched = await attachments.FetchAsync(delivery, timer, cancellationToken).ConfigureAwait(false);
            if (fetched.Failure is not null)
                return fetched.Failure;
            if (composer.FindProblem(fetched.Delivery) is { } fetchedProblem)
                return Outcome.Rejected(fetchedProblem);
            message = fetched.Delivery;
        }

        var outcome = await TrySendAsync(message, mayReuse: true, timer, cancellationToken).ConfigureAwait(false)
            ?? await TrySendAsync(message, mayReuse: false, timer, cancellationToken).ConfigureAwait(false);
        if (outcome!.IsProviderFailure)
            Log.ServerFailed(logger, name, outcome.Reason);
        return outcome;
    }

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await connector.OpenAsync(_ => { }, cancellationToken).ConfigureAwait(false);
            connection.Close();
            return SmtpOutcomes.CreateCheck(failure: null);
        }
        catch (Exception exception) when (MailKitOutcomes.Create(exception) is { } failure)
        {
            return SmtpOutcomes.CreateCheck(failure);
        }
    }

    public void Dispose() => connections.Dispose();

    /// <returns>
    /// Null when the server had closed a connection that was kept from earlier messages. Then the message is sent over a new one.
    /// </returns>
    private async ValueTask<Outcome?> TrySendAsync(
        Delivery delivery,
        bool mayReuse,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var connection = await connections.RentAsync(mayReuse, timer, cancellationToken).ConfigureAwait(false);
            return await SendOverAsync(connection, delivery, timer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (MailKitOutcomes.Create(exception) is not null)
        {
            return MailKitOutcomes.Create(exception);
        }
    }

    private async ValueTask<Outcome?> SendOverAsync(
        MailConnection connection,
        Delivery delivery,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await SendAsync(delivery, connection, timer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // When a cancellation closes a socket, exceptions other than OperationCanceledException can result. If the message
            // was sent, the cancellation is thrown, which the engine treats as a lost answer.
            if (connection.IsSent)
                throw new OperationCanceledException(cancellationToken);
            return SmtpOutcomes.CreateUnanswered(connection.Stage);
        }
        catch (Exception exception) when (MailKitOutcomes.IsStale(exception, connection))
        {
            Log.ConnectionWasStale(logger, name);
            return null;
        }
        catch (ServiceNotAuthenticatedException)
        {
            return SmtpOutcomes.Create(connection.Stage, new SmtpReply(AuthenticationRequired, null, default));
        }
        catch (SmtpCommandException reply)
        {
            return MailKitOutcomes.Create(reply, connection.Stage);
        }
        catch (Exception exception) when (connection.IsSent && MailKitOutcomes.Create(exception) is { } lost)
        {
            return SmtpOutcomes.CreateAnswerLost(lost.Reason!);
        }
    }

    private async ValueTask<Outcome> SendAsync(
        Delivery delivery,
        MailConnection connection,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        if (!MessageComposer.TryGetRecipient(delivery, out var recipient))
            return Outcome.Rejected("the address is not a valid email address");
        var isInternational = MessageComposer.NeedsUtf8(delivery, recipient);
        if (isInternational && !connection.HasSmtpUtf8)
            return MailKitOutcomes.NeedsSmtpUtf8;

        var copies = MessageComposer.GetCopies(delivery, recipient);
        using var message = composer.Compose(delivery, recipient);
        await connection
            .SendAsync(
                message,
                composer.GetEnvelopeSender(delivery),
                recipient,
                copies,
                isInternational,
                // RFC 5321 section 4.5.3.2.6: a server that is slow to accept a message may deliver it anyway.
                () => timer.Allow(acceptanceTimeout),
                cancellationToken
            )
            .ConfigureAwait(false);
        return SmtpOutcomes.CreateSent($"<{composer.GetMessageId(delivery)}>", connection.RefusedCopies, copies.Count);
    }
}
