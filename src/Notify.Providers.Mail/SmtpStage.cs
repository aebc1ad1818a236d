namespace Notify.Providers.Mail;

/// <summary>
/// The stages of an SMTP conversation, in their order. One reply code means different things to a login and to a recipient.
/// </summary>
public enum SmtpStage
{
    /// <summary>The server's greeting.</summary>
    Greeting,

    /// <summary>EHLO or HELO.</summary>
    Ehlo,

    /// <summary>STARTTLS and the handshake after it.</summary>
    StartTls,

    /// <summary>AUTH.</summary>
    Auth,

    /// <summary>MAIL FROM.</summary>
    Mail,

    /// <summary>RCPT TO.</summary>
    Rcpt,

    /// <summary>DATA.</summary>
    Data,

    /// <summary>The message, up to its final dot.</summary>
    Content,
}
