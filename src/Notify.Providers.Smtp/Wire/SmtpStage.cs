namespace Notify.Providers.Smtp.Wire;

/// <summary>
/// How far a conversation has come, in its order: the same reply means one thing to a login and another to a recipient.
/// </summary>
internal enum SmtpStage
{
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Content,
}
