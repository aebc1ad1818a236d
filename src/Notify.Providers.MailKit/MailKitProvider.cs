using System.Text;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging;
using MimeKit;
using Notify.Delivering;
using Notify.Providers.Smtp.Wire;
using Notify.Queueing;

namespace Notify.Providers.MailKit;

/// <summary>Hands email to a mail server through MailKit.</summary>
internal sealed class MailKitProvider(
    string name,
    MessageComposer composer,
    ConnectionPool<MailConnection> connections,
    ILogger<MailKitProvider> logger
) : IDeliveryProvider, IDisposable
{
    public string Name => name;

    public Channel Channel => Channel.Email;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (MessageComposer.ProblemOf(delivery) is { } problem)
            return Outcome.Rejected(problem);

        var outcome = await TrySendAsync(delivery, mayReuse: true, cancellationToken).ConfigureAwait(false)
            ?? await TrySendAsync(delivery, mayReuse: false, cancellationToken).ConfigureAwait(false);
        if (outcome!.IsProviderFailure)
            Log.ServerFailed(logger, name, outcome.Reason);
        return outcome;
    }

    public void Dispose() => connections.Dispose();

    /// <returns>Null when the server had closed a connection of earlier messages, which says nothing about this one.</returns>
    private async ValueTask<Outcome?> TrySendAsync(Delivery delivery, bool mayReuse, CancellationToken cancellationToken)
    {
        var isReused = false;
        try
        {
            using var connection = await connections.RentAsync(mayReuse, cancellationToken).ConfigureAwait(false);
            isReused = connection.IsReused;
            return await SendAsync(delivery, connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (isReused && MailKitOutcomes.IsConnectionLost(exception))
        {
            Log.ConnectionWasStale(logger, name);
            return null;
        }
        catch (Exception exception) when (MailKitOutcomes.Of(exception) is not null)
        {
            return MailKitOutcomes.Of(exception);
        }
    }

    private async ValueTask<Outcome> SendAsync(Delivery delivery, MailConnection connection, CancellationToken cancellationToken)
    {
        var recipient = MailboxAddress.Parse(delivery.To.Value);
        if (!Ascii.IsValid(recipient.LocalPart) && !connection.HasSmtpUtf8)
            return MailKitOutcomes.NeedsSmtpUtf8;

        using var message = composer.Compose(delivery);
        try
        {
            await connection
                .SendAsync(message, composer.EnvelopeSenderOf(delivery), recipient, cancellationToken)
                .ConfigureAwait(false);
            return Outcome.Accepted($"<{composer.MessageIdOf(delivery)}>");
        }
        catch (SmtpCommandException reply) when (!connection.IsReused || !MailKitOutcomes.IsConnectionLost(reply))
        {
            return MailKitOutcomes.Of(reply, connection.Stage);
        }
    }
}
