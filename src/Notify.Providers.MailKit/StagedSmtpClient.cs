using MailKit.Net.Smtp;
using MimeKit;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>MailKit's client, which knows how far a message had come that the server refused or did not answer.</summary>
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
        // Only the attempt's own limit counts: MailKit's two minutes are shorter than a server may take for a message.
        Timeout = System.Threading.Timeout.Infinite;
    }

    public SmtpStage Stage { get; private set; } = SmtpStage.Greeting;

    /// <summary>Whether the message at hand was sent to its last line.</summary>
    public bool IsSent => _watch.IsSent;

    /// <summary>The copies of the message at hand that the server refused, by its replies.</summary>
    public IReadOnlyList<Outcome> RefusedCopies => _refusedCopies;

    /// <param name="recipient">Whom the message goes to; every other mailbox gets a copy.</param>
    /// <param name="sent">What to do when the message has been sent to its last line.</param>
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
        // A copy may be accepted although the recipient was refused.
        if (mailbox == _recipient)
            Stage = SmtpStage.Data;
        _watch.BeginContent();
    }

    // A copy that is refused is left out: the outcome is the recipient's alone. A server that closes the connection takes
    // nothing.
    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if (mailbox == _recipient || response.StatusCode == SmtpStatusCode.ServiceNotAvailable)
            base.OnRecipientNotAccepted(message, mailbox, response);
        else
            _refusedCopies.Add(MailKitOutcomes.Create(SmtpStage.Rcpt, response));
    }
}
