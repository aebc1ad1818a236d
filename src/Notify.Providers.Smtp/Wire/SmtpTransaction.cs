using System.Buffers;
using System.Text;
using Notify.Delivering;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>One message after another over a connection: MAIL, RCPT, DATA and the content (RFC 5321 section 3.3).</summary>
internal sealed class SmtpTransaction(SmtpWire wire, MessageComposer composer)
{
    private bool _isLeftOpen;

    /// <returns>Null when the server took the message over.</returns>
    public async ValueTask<Outcome?> SendAsync(Email email, SmtpCapabilities offered, CancellationToken cancellationToken)
    {
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
        refusal = await EndContentAsync(cancellationToken).ConfigureAwait(false);
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
                await EndContentAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (refusal is not null)
        {
            // A server that refuses and hangs up has answered all the same: what it did not say changes nothing.
        }

        return refusal;
    }

    private ValueTask<Outcome?> EndContentAsync(CancellationToken cancellationToken)
    {
        wire.Output.Write(".\r\n"u8);
        return wire.AnswerAsync(SmtpStage.Content, cancellationToken);
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
