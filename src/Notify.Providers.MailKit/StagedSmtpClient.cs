using MailKit.Net.Smtp;
using MimeKit;
using Notify.Providers.Smtp.Wire;

namespace Notify.Providers.MailKit;

/// <summary>MailKit's client, which knows how far a message had come that the server refused or did not answer.</summary>
internal sealed class StagedSmtpClient : SmtpClient
{
    private readonly ContentWatch _watch;

    public StagedSmtpClient()
        : this(new ContentWatch()) { }

    private StagedSmtpClient(ContentWatch watch)
        : base(watch)
    {
        _watch = watch;
        // Only the attempt's own limit counts: MailKit's two minutes are shorter than a server may take for a message.
        Timeout = System.Threading.Timeout.Infinite;
    }

    public SmtpStage Stage { get; private set; } = SmtpStage.Greeting;

    /// <summary>Whether the message at hand was sent to its last line.</summary>
    public bool IsSent => _watch.IsSent;

    /// <param name="sent">What to do when the message has been sent to its last line.</param>
    public void BeginMessage(Action sent)
    {
        Stage = SmtpStage.Mail;
        _watch.BeginMessage(sent);
    }

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        Stage = SmtpStage.Rcpt;

    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        Stage = SmtpStage.Data;
        _watch.BeginContent();
    }
}
