using MailKit.Net.Smtp;
using MimeKit;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>One connection, rented for one message at a time.</summary>
internal sealed class MailConnection(StagedSmtpClient client, Action<MailConnection> giveBack) : IPooledConnection
{
    /// <summary>How long a server may take to say good-bye.</summary>
    private const int QuitTimeoutMilliseconds = 1_000;

    private static readonly FormatOptions International = CreateInternational();

    /// <summary>Whether it has been used before, so that the server may have closed it since.</summary>
    public bool IsReused { get; private set; }

    public bool IsUsable => client.IsConnected;

    /// <summary>How far the message at hand has come.</summary>
    public SmtpStage Stage => client.Stage;

    /// <summary>Whether the message at hand was sent to its last line.</summary>
    public bool IsSent => client.IsSent;

    /// <summary>Whether the server takes mailboxes with a local part beyond ASCII (RFC 6531).</summary>
    public bool HasSmtpUtf8 => client.Capabilities.HasFlag(SmtpCapabilities.UTF8);

    /// <summary>The copies of the message at hand that the server refused, by its replies.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => client.RefusedCopies;

    /// <summary>Hands a message over. What the server refuses is thrown in the many ways of MailKit.</summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">Where bounces go.</param>
    /// <param name="recipient">Where the message goes.</param>
    /// <param name="copies">Where copies go.</param>
    /// <param name="isInternational">
    /// Whether an address needs SMTPUTF8. Only such a message asks for it, because servers that lack it cannot pass it on.
    /// </param>
    /// <param name="sent">What to do when the message has been sent to its last line.</param>
    /// <param name="cancellationToken">Ends the wait for the server.</param>
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
