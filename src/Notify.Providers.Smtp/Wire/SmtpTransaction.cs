using System.Buffers;
using System.Text;
using Notify.Providers.Mail;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>One message after another over a connection: MAIL, RCPT, DATA and the content (RFC 5321 section 3.3).</summary>
internal sealed class SmtpTransaction(SmtpWire wire, SmtpOptions options, MessageComposer composer)
{
    private readonly List<Outcome> _refusedCopies = [];
    private bool _isLeftOpen;

    /// <summary>
    /// Whether the latest message went out to its last line. Before that the server cannot have taken it over; afterwards only
    /// its reply tells.
    /// </summary>
    public bool IsSent { get; private set; }

    /// <summary>The copies of the latest message that the server refused, by its replies.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => _refusedCopies;

    /// <returns>Null when the server took the message over.</returns>
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

    /// <summary>
    /// A message with copies. DATA waits for the replies to all recipients: if the recipient is refused and a copy is not, a
    /// server that was asked for DATA takes whatever follows for the copy, and there is no way to take the message back.
    /// </summary>
    /// <remarks>The copies that are refused are left out: the outcome is the recipient's alone.</remarks>
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
            // As above: a server that refuses and then hangs up has answered.
        }

        if (refusal is not null)
            return refusal;

        WriteCommand(SmtpStage.Data, email);
        return await wire.AnswerAsync(SmtpStage.Data, cancellationToken, HopedFor(SmtpStage.Data)).ConfigureAwait(false);
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
