using System.Buffers;
using System.Text;
using Notify.Providers.Mail;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>Sends messages over a connection: MAIL, RCPT, DATA and the content (RFC 5321 section 3.3).</summary>
internal sealed class SmtpTransaction(SmtpWire wire, SmtpOptions options, MessageComposer composer)
{
    private readonly List<Outcome> _refusedCopies = [];
    private bool _isLeftOpen;

    /// <summary>
    /// Gets whether the latest message was sent completely. Before that, the server cannot have accepted it. Afterwards, only its
    /// reply shows whether it did.
    /// </summary>
    public bool IsSent { get; private set; }

    /// <summary>Gets the outcomes of the copies of the latest message that the server refused.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => _refusedCopies;

    /// <returns>Null when the server accepted the message.</returns>
    public async ValueTask<Outcome?> SendAsync(
        Email email,
        SmtpCapabilities offered,
        AttemptTimer timer,
        CancellationToken cancellationToken
    )
    {
        IsSent = false;
        _refusedCopies.Clear();
        if (email.NeedsUtf8 && !offered.HasFlag(SmtpCapabilities.SmtpUtf8))
            return SmtpOutcomes.NoSmtpUtf8;
        if (await ResetAsync(cancellationToken).ConfigureAwait(false) is { } resetFailure)
            return resetFailure;

        _isLeftOpen = true;
        var isPipelining = offered.HasFlag(SmtpCapabilities.Pipelining);
        var refusal = (email.Copies.Count > 0, isPipelining) switch
        {
            (true, _) => await AnnounceWithCopiesAsync(email, isPipelining, cancellationToken).ConfigureAwait(false),
            (_, true) => await AnnounceAtOnceAsync(email, cancellationToken).ConfigureAwait(false),
            _ => await AnnounceAsync(email, cancellationToken).ConfigureAwait(false),
        };
        if (refusal is not null)
            return refusal;

        await composer.WriteAsync(email, wire.Output, cancellationToken).ConfigureAwait(false);
        wire.Output.Write(".\r\n"u8);
        await wire.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        // RFC 5321 section 4.5.3.2.6: a server that is slow to accept a message may deliver it anyway. If the client gave
        // up early, the retry would be a duplicate.
        IsSent = true;
        timer.Allow(options.AcceptanceTimeout);
        refusal = await wire.AnswerAsync(SmtpStage.Content, cancellationToken).ConfigureAwait(false);
        _isLeftOpen = false;
        return refusal;
    }

    // After a refusal, the transaction is reset only before the next message, so that the outcome does not wait for the reply.
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
            if (await wire.AnswerAsync(stage, cancellationToken, GetExpectedClass(stage)).ConfigureAwait(false) is { } refusal)
                return refusal;
        }

        return null;
    }

    /// <summary>Sends all three commands in one packet, because the server offers PIPELINING (RFC 2920).</summary>
    private async ValueTask<Outcome?> AnnounceAtOnceAsync(Email email, CancellationToken cancellationToken)
    {
        for (var stage = SmtpStage.Mail; stage <= SmtpStage.Data; stage++)
            WriteCommand(stage, email);

        Outcome? refusal = null;
        try
        {
            for (var stage = SmtpStage.Mail; stage <= SmtpStage.Data && !wire.IsClosing; stage++)
            {
                var answer = await wire.AnswerAsync(stage, cancellationToken, GetExpectedClass(stage)).ConfigureAwait(false);
                refusal ??= answer;
            }

            // RFC 2920 section 3.1: a server may ask for the content of a message whose recipient it refused. It is sent an empty
            // content.
            if (refusal is not null && wire.LastReply?.Code == SmtpReply.StartMailInput)
            {
                wire.Output.Write(".\r\n"u8);
                await wire.AnswerAsync(SmtpStage.Content, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (refusal is not null && exception is IOException or OperationCanceledException)
        {
            // The server has refused the message and then closed the connection or stopped answering. The refusal is the outcome.
        }

        return refusal;
    }

    /// <summary>
    /// Sends the commands of a message with copies. DATA is sent only after the replies to all recipients: if the server refused
    /// the recipient but not a copy, it would take whatever follows DATA as the message for the copy, and the message could not
    /// be withdrawn.
    /// </summary>
    /// <remarks>A refused copy does not fail the message, because the outcome is that of the recipient.</remarks>
    private async ValueTask<Outcome?> AnnounceWithCopiesAsync(Email email, bool isPipelining, CancellationToken cancellationToken)
    {
        WriteCommand(SmtpStage.Mail, email);
        if (isPipelining)
        {
            WriteRecipient(email.To.Address);
            foreach (var copy in email.Copies)
                WriteRecipient(copy);
        }

        Outcome? refusal = null;
        try
        {
            refusal = await wire.AnswerAsync(SmtpStage.Mail, cancellationToken).ConfigureAwait(false);
            for (var i = -1; i < email.Copies.Count && !wire.IsClosing && (isPipelining || refusal is null); i++)
            {
                if (!isPipelining)
                    WriteRecipient(i < 0 ? email.To.Address : email.Copies[i]);
                var answer = await wire.AnswerAsync(SmtpStage.Rcpt, cancellationToken).ConfigureAwait(false);
                if (i < 0 || wire.IsClosing)
                    refusal ??= answer;
                else if (answer is not null)
                    _refusedCopies.Add(answer);
            }
        }
        catch (Exception exception) when (refusal is not null && exception is IOException or OperationCanceledException)
        {
            // As above, the refusal is the outcome.
        }

        if (refusal is not null)
            return refusal;

        WriteCommand(SmtpStage.Data, email);
        return await wire.AnswerAsync(SmtpStage.Data, cancellationToken, GetExpectedClass(SmtpStage.Data)).ConfigureAwait(false);
    }

    private static int GetExpectedClass(SmtpStage stage) => stage == SmtpStage.Data ? 3 : 2;

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
                WriteRecipient(email.To.Address);
                break;
            default:
                output.Write("DATA\r\n"u8);
                break;
        }
    }

    private void WriteRecipient(string address)
    {
        wire.Output.Write("RCPT TO:<"u8);
        Encoding.UTF8.GetBytes(address, wire.Output);
        wire.Output.Write(">\r\n"u8);
    }
}
