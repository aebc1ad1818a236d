using MailKit.Net.Smtp;
using MimeKit;
using Notify.Providers.Smtp.Wire;

namespace Notify.Providers.MailKit;

/// <summary>MailKit's client, which knows how far a message had come that the server refused.</summary>
internal sealed class StagedSmtpClient : SmtpClient
{
    public SmtpStage Stage { get; private set; } = SmtpStage.Greeting;

    public void BeginMessage() => Stage = SmtpStage.Mail;

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        Stage = SmtpStage.Rcpt;

    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        Stage = SmtpStage.Data;
}
