using System.Net.Sockets;
using System.Security.Authentication;
using Notify.Delivering;
using Notify.Providers.Smtp.Wire;

namespace Notify.Providers.Smtp;

/// <summary>
/// Turns what became of a mail transaction into outcomes. Reasons carry the reply's code, its enhanced code (RFC 3463) and their
/// standard name; never the server's text, which likes to repeat the address.
/// </summary>
internal static class SmtpOutcomes
{
    public static readonly Outcome NoStartTls = Outcome.ProviderFailed("the server does not offer STARTTLS");
    public static readonly Outcome NoLogin = Outcome.ProviderFailed("the server offers neither AUTH PLAIN nor AUTH LOGIN");
    public static readonly Outcome NoSmtpUtf8 = Outcome.Rejected("the server has no SMTPUTF8, which this address needs");

    /// <param name="stage">What the reply was given to.</param>
    /// <param name="reply">Another reply than that stage hopes for.</param>
    public static Outcome Of(SmtpStage stage, SmtpReply reply)
    {
        var reason = SmtpReplyNames.Of(reply) is { } name ? $"{reply} {name}" : reply.ToString();
        var detail = (reply.Enhanced?.Subject, reply.Enhanced?.Detail);
        if (!reply.IsRefusal)
            return Outcome.ProviderFailed($"{reason}: an answer that SMTP does not have here");
        if (IsAboutSession(stage, reply.Code))
            return Outcome.ProviderFailed($"{reason}{DescribeSession(reply.Code)}");
        if (IsAboutPace(reply.Code, detail))
            return Outcome.Throttled(reason);
        if (stage < SmtpStage.Content && IsAboutSender(stage, reply.Code, detail))
            return Outcome.ProviderFailed($"{reason}: the server does not send for this sender, login or host");
        if (reply.Code < 500 || IsMailboxFull(stage, reply))
            return Outcome.Retry(reason);
        return stage == SmtpStage.Rcpt && IsGone(reply.Code, detail) ? Outcome.RecipientGone(reason) : Outcome.Rejected(reason);
    }

    /// <param name="exception">What ended the connection.</param>
    public static Outcome Of(Exception exception) =>
        exception switch
        {
            AuthenticationException => Outcome.ProviderFailed(
                "TLS failed: the server's certificate is not trusted, or no protocol version in common"
            ),
            SocketException socket => Outcome.ProviderFailed($"no connection: {socket.SocketErrorCode}"),
            IOException { InnerException: SocketException socket } => Outcome.ProviderFailed(
                $"connection lost: {socket.SocketErrorCode}"
            ),
            MalformedReplyException => Outcome.ProviderFailed("the server does not speak SMTP: a malformed or endless reply"),
            _ => Outcome.ProviderFailed("connection lost"),
        };

    // Before MAIL there is no message that a reply could be about. Later, a server may still ask for TLS or a login (RFC 4954
    // section 6), or say that this is no time for the command.
    private static bool IsAboutSession(SmtpStage stage, int code) =>
        stage < SmtpStage.Mail || code is SmtpReply.Closing or 432 or 454 or 503 or 530 or 534 or 535 or 538;

    private static string DescribeSession(int code) =>
        code is 432 or 454 or 530 or 534 or 535 or 538 ? ": the server asks for STARTTLS or refused the login" : "";

    private static bool IsAboutPace(int code, (int? Subject, int? Detail) enhanced) =>
        code < 500 && enhanced is (4, 5) or (7, 28);

    // The same codes mean a policy against the content once that is known, or against its recipient (RFC 3463 section 3.8). A
    // reply to MAIL, which names no recipient, is about the sender whatever its code, but for what the message asks for: an
    // international address, a size.
    private static bool IsAboutSender(SmtpStage stage, int code, (int? Subject, int? Detail) enhanced)
    {
        if (stage == SmtpStage.Mail)
            return enhanced is not ((6, _) or (2, 3) or (3, 4)) && (code != 552 || enhanced.Subject is not null);
        if (enhanced is (1, 7 or 8) or (3, 1 or 2 or 5))
            return true;
        return code >= 500 && enhanced is (7, 0 or 1 or (>= 8 and <= 14) or (>= 20 and <= 27));
    }

    // RFC 3463 section 3.3 has a full mailbox as a transient failure, whatever the code's class. RFC 5321 section 4.5.3.1.10 has
    // the recipient's 552 as one too.
    private static bool IsMailboxFull(SmtpStage stage, SmtpReply reply) =>
        reply.Enhanced is { Subject: 2, Detail: 2 } || (stage == SmtpStage.Rcpt && reply is { Code: 552, Enhanced: null });

    // RFC 3463 section 3.2 and RFC 7505; without enhanced code only 556 (RFC 7504) is as clear.
    private static bool IsGone(int code, (int? Subject, int? Detail) enhanced) =>
        enhanced is (1, 1 or 6 or 10) || (code == 556 && enhanced.Subject is null);
}
