using System.Net.Mail;
using Microsoft.Extensions.Logging;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Providers.Smtp;

/// <summary>Hands email to a mail server.</summary>
internal sealed class SmtpProvider(string name, SmtpOptions options, TimeProvider time, ILogger<SmtpProvider> logger)
    : IDeliveryProvider, IDisposable
{
    private readonly MessageComposer _composer = new(options);
    private readonly SmtpConnectionPool _connections = new(name, options, time, logger);

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

    public void Dispose() => _connections.Dispose();

    /// <returns>Null when the server had closed a connection from an earlier message, which says nothing about this one.</returns>
    private async ValueTask<Outcome?> TrySendAsync(Delivery delivery, bool mayReuse, CancellationToken cancellationToken)
    {
        using var connection = await _connections.RentAsync(mayReuse, cancellationToken).ConfigureAwait(false);
        using var message = _composer.Compose(delivery);
        try
        {
            await connection.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return Outcome.Accepted(_composer.MessageIdOf(delivery));
        }
        catch (SmtpException exception) when (connection.IsReused && SmtpOutcomes.IsConnectionLost(exception))
        {
            Log.ConnectionWasStale(logger, name);
            return null;
        }
        catch (SmtpException exception)
        {
            return SmtpOutcomes.From(exception, message);
        }
    }
}
