using System.Buffers;
using System.Text;
using Notify.Delivering;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>One message after another over a connection: MAIL, RCPT, DATA and the content (RFC 5321 section 3.3).</summary>
internal sealed class SmtpTransaction(SmtpWire wire, SmtpOptions options, MessageComposer composer)
{
    private bool _isLeftOpen;

    /// <summary>
    /// Whether the latest message went out to its last line. Before that the server cannot have taken it over; afterwards only
    /// its reply tells.
    /// </summary>
    public bool IsSent { get; private set; }

    /// <returns>Null when the server took the message over.</returns>
    public async ValueTask<Outcome?> SendAsync(
        Email email,
        SmtpCapabilities offered,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        IsSent = false;
        if (email.NeedsUtf8 && !offered.HasFlag(SmtpCapabilities.SmtpUtf8))
            return SmtpOutcomes.NoSmtpUtf8;
        if (await ResetAsync(cancellationToken).ConfigureAwait(false) is { } resetFailure)
            return resetFailure;

        _isLeftOpen = true;
        var refusal = offered.HasFlag(SmtpCapabilities.Pipelining)
            ? await AnnounceAtOnceAsync(email, cancellationToken).ConfigureAwait(false)
            : await AnnounceAsync(email, cancellationToken).ConfigureAwait(false);
        if (refusal is not null)
            return refusal;

        await composer.WriteAsync(email, wire.Output, cancellationToken).ConfigureAwait(false);
        wire.Output.Write(".\r\n"u8);
        await wire.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        // RFC 5321 section 4.5.3.2.6: a server that is slow to take a message over delivers it all the same. To give up early
        // makes a duplicate.
        IsSent = true;
        timer.Allow(options.AcceptanceTimeout);
        refusal = await wire.AnswerAsync(SmtpStage.Content, cancellationToken).ConfigureAwait(false);
        _isLeftOpen = false;
        return refusal;
    }

    // A refused message is reset only when another follows, so that its outcome waits for nothing.
    private async ValueTask<Outcome?> ResetAsync(CancellationToken cancellationToken)
    {
        if (!_isLeftOpen)
            return null;

        wire.Output.Write("RSET\r\n"u8);
        return await wire.AnswerAsync(SmtpStage.Mail, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Outcome?> AnnounceAsync(Email email, CancellationToken cancellationToken)
    {
        for (var stage = SmtpStage.Mail; stage <= SmtpStage.Data; stage++)
        {
            WriteCommand(stage, email);
            if (await wire.AnswerAsync(stage, cancellationToken, HopedFor(stage)).ConfigureAwait(false) is { } refusal)
                return refusal;
        }

        return null;
    }

    /// <summary>All three commands in one packet, since the server offers PIPELINING (RFC 2920).</summary>
    private async ValueTask<Outcome?> AnnounceAtOnceAsync(Email email, CancellationToken cancellationToken)
    {
        for (var stage = SmtpStage.Mail; stage <= SmtpStage.Data; stage++)
            WriteCommand(stage, email);

        Outcome? refusal = null;
        try
        {
            for (var stage = SmtpStage.Mail; stage <= SmtpStage.Data && !wire.IsClosing; stage++)
            {
                var answer = await wire.AnswerAsync(stage, cancellationToken, HopedFor(stage)).ConfigureAwait(false);
                refusal ??= answer;
            }

            // RFC 2920 section 3.1: a server may ask for the content of a message whose recipient it refused. It gets none.
            if (refusal is not null && wire.LastReply?.Code == SmtpReply.StartMailInput)
            {
                wire.Output.Write(".\r\n"u8);
                await wire.AnswerAsync(SmtpStage.Content, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (refusal is not null && exception is IOException or OperationCanceledException)
        {
            // A server that refuses and then hangs up or falls silent has answered: what it did not say changes nothing.
        }

        return refusal;
    }

    private static int HopedFor(SmtpStage stage) => stage == SmtpStage.Data ? 3 : 2;

    private void WriteCommand(SmtpStage stage, Email email)
    {
        var output = wire.Output;
        switch (stage)
        {
            case SmtpStage.Mail:
                output.Write("MAIL FROM:<"u8);
                Encoding.UTF8.GetBytes(email.Sender, output);
                output.Write(email.NeedsUtf8 ? "> BODY=8BITMIME SMTPUTF8\r\n"u8 : ">\r\n"u8);
                break;
            case SmtpStage.Rcpt:
                output.Write("RCPT TO:<"u8);
                Encoding.UTF8.GetBytes(email.To.Address, output);
                output.Write(">\r\n"u8);
                break;
            default:
                output.Write("DATA\r\n"u8);
                break;
        }
    }
}
