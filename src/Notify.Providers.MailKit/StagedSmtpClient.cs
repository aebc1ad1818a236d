using MailKit.Net.Smtp;
using MimeKit;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>A client of MailKit that records the stage of the current message.</summary>
internal sealed class StagedSmtpClient : SmtpClient
{
    private readonly ContentWatch _watch;
    private readonly List<Outcome> _refusedCopies = [];
    private MailboxAddress? _recipient;

    public StagedSmtpClient()
        : this(new ContentWatch()) { }

    private StagedSmtpClient(ContentWatch watch)
        : base(watch)
    {
        _watch = watch;
        // The engine limits each attempt. MailKit's limit of two minutes is shorter than a server may take to accept a message.
        Timeout = System.Threading.Timeout.Infinite;
    }

    public SmtpStage Stage { get; private set; } = SmtpStage.Greeting;

    /// <summary>Gets whether the current message was sent completely.</summary>
    public bool IsSent => _watch.IsSent;

    /// <summary>Gets the outcomes of the copies of the current message that the server refused.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => _refusedCopies;

    /// <param name="recipient">The recipient of the message. All other addresses get copies.</param>
    /// <param name="sent">Called when the message has been sent completely.</param>
    public void BeginMessage(MailboxAddress recipient, Action sent)
    {
        Stage = SmtpStage.Mail;
        _recipient = recipient;
        _refusedCopies.Clear();
        _watch.BeginMessage(sent);
    }

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        Stage = SmtpStage.Rcpt;

    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        // The server may accept a copy and refuse the recipient.
        if (mailbox == _recipient)
            Stage = SmtpStage.Data;
        _watch.BeginContent();
    }

    // A refused copy does not fail the message, because the outcome is that of the recipient. If the server closes the
    // connection, it accepts nothing, so the message fails.
    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if (mailbox == _recipient || response.StatusCode == SmtpStatusCode.ServiceNotAvailable)
            base.OnRecipientNotAccepted(message, mailbox, response);
        else
            _refusedCopies.Add(MailKitOutcomes.Create(SmtpStage.Rcpt, response));
    }
}
