using MailKit.Net.Smtp;
using MimeKit;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>A connection that sends one message at a time.</summary>
internal sealed class MailConnection(StagedSmtpClient client, Action<MailConnection> giveBack) : IPooledConnection
{
    /// <summary>How long to wait for the reply to QUIT.</summary>
    private const int QuitTimeoutMilliseconds = 1_000;

    private static readonly FormatOptions International = CreateInternational();

    /// <summary>Gets whether it has sent a message before. The server may have closed it since then.</summary>
    public bool IsReused { get; private set; }

    public bool IsUsable => client.IsConnected;

    /// <summary>Gets the stage of the current message.</summary>
    public SmtpStage Stage => client.Stage;

    /// <summary>Gets whether the current message was sent completely.</summary>
    public bool IsSent => client.IsSent;

    /// <summary>Gets whether the server accepts addresses whose local part is not ASCII (RFC 6531).</summary>
    public bool HasSmtpUtf8 => client.Capabilities.HasFlag(SmtpCapabilities.UTF8);

    /// <summary>Gets the outcomes of the copies of the current message that the server refused.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => client.RefusedCopies;

    /// <summary>Sends a message. The failures are the various exceptions of MailKit.</summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">The address for bounces.</param>
    /// <param name="recipient">The recipient of the message.</param>
    /// <param name="copies">The recipients of copies.</param>
    /// <param name="isInternational">
    /// Whether an address needs SMTPUTF8. Other messages are sent without it, because servers that do not support it cannot
    /// relay a message that asks for it.
    /// </param>
    /// <param name="sent">Called when the message has been sent completely.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task SendAsync(
        MimeMessage message,
        MailboxAddress sender,
        MailboxAddress recipient,
        IReadOnlyList<MailboxAddress> copies,
        bool isInternational,
        Action sent,
        CancellationToken cancellationToken
    )
    {
        var format = isInternational ? International : FormatOptions.Default;
        client.BeginMessage(recipient, sent);
        await client.SendAsync(format, message, sender, [recipient, .. copies], cancellationToken).ConfigureAwait(false);
    }

    public void Close()
    {
        try
        {
            client.Timeout = QuitTimeoutMilliseconds;
            client.Disconnect(quit: true);
        }
        finally
        {
            client.Dispose();
        }
    }

    public void Dispose()
    {
        IsReused = true;
        giveBack(this);
    }

    private static FormatOptions CreateInternational()
    {
        var format = FormatOptions.Default.Clone();
        format.International = true;
        return format;
    }
}
