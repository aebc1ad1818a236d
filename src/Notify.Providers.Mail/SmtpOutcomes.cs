using System.Net.Sockets;
using System.Security.Authentication;

namespace Notify.Providers.Mail;

/// <summary>
/// Maps the replies and failures of a mail transaction to outcomes. Reasons contain the reply's code, its enhanced code (RFC
/// 3463) and their standard name, and never the server's text, which often repeats the address.
/// </summary>
public static class SmtpOutcomes
{
    private const string SenderRefused = ": the server refuses this sender, login or host";

    /// <summary>The server does not offer STARTTLS, which the options require.</summary>
    public static readonly Outcome NoStartTls = Outcome.ProviderFailed("the server does not offer STARTTLS");

    /// <summary>The server does not offer a login mechanism that the provider supports.</summary>
    public static readonly Outcome NoLogin = Outcome.ProviderFailed("the server offers neither AUTH PLAIN nor AUTH LOGIN");

    /// <summary>The server does not offer SMTPUTF8, which an address of the email requires.</summary>
    public static readonly Outcome NoSmtpUtf8 = Outcome.Rejected(
        "the server does not support SMTPUTF8, which an address of this email requires"
    );

    /// <summary>
    /// Creates the outcome of a reply. Replies before MAIL concern the provider, because there is no message yet. A reply to MAIL
    /// concerns the sender, which the provider's options name. A reply to RCPT concerns this delivery only, and a reply to DATA
    /// or the content concerns this message; other mail continues. 421 closes the connection, so it always concerns the provider.
    /// </summary>
    /// <param name="stage">The stage that the reply answers.</param>
    /// <param name="reply">A reply other than the expected one.</param>
    public static Outcome Create(SmtpStage stage, SmtpReply reply)
    {
        var reason = SmtpReplyNames.Find(stage, reply) is { } name ? $"{reply} {name}" : reply.ToString();
        var detail = (reply.Enhanced?.Subject, reply.Enhanced?.Detail);
        if (!reply.IsRefusal)
        {
            return stage == SmtpStage.Content
                ? CreateAnswerLost($"{reason}: a reply that SMTP does not define here")
                : Outcome.ProviderFailed($"{reason}: a reply that SMTP does not define here");
        }

        if (stage is SmtpStage.Mail or SmtpStage.Content && IsAboutPace(reply.Code, detail))
            return Outcome.Throttled(reason);
        if (stage < SmtpStage.Mail || reply.Code == SmtpReply.Closing)
            return Outcome.ProviderFailed($"{reason}{DescribeSession(stage, reply.Code)}");
        if (stage == SmtpStage.Mail)
            return CreateSenderRefused(reply, detail, reason);
        if (reply.Code < 500 || IsMailboxFull(stage, reply))
            return Outcome.Retry(reason);
        if (IsSessionCode(reply.Code))
            return Outcome.Retry($"{reason}{DescribeSession(stage, reply.Code)}");
        if (stage == SmtpStage.Rcpt && IsAboutSender(detail))
            return Outcome.Retry($"{reason}{SenderRefused}");
        return stage == SmtpStage.Rcpt && IsGone(reply.Code, detail) ? Outcome.RecipientGone(reason) : Outcome.Rejected(reason);
    }

    /// <summary>
    /// Creates the outcome of a message that the server accepted. A refused copy does not change the outcome and is not sent
    /// again, because the recipient would then receive the message twice. The attempt records it.
    /// </summary>
    /// <param name="messageId">The message's own id.</param>
    /// <param name="refused">The replies to the copies that were refused.</param>
    /// <param name="copies">How many copies there were.</param>
    public static Outcome CreateSent(string messageId, IReadOnlyList<Outcome> refused, int copies) =>
        refused is [var first, ..]
            ? Outcome.Sent(messageId, note: $"{refused.Count} of {copies} copies were refused: {first.Reason}")
            : Outcome.Sent(messageId);

    /// <summary>Creates the result of a check that connected and signed in.</summary>
    /// <param name="failure">The outcome of a message if the check failed; null if the server can be used.</param>
    public static CheckResult CreateCheck(Outcome? failure) =>
        failure is null
            ? CheckResult.Ok("The server accepts the connection and the sign-in.")
            : CheckResult.Failed(
                $"The server cannot be used: {failure.Reason}.",
                "Check Host, Port, Security, UserName and Password of the provider."
            );

    /// <summary>Creates the outcome of a message that was sent completely and whose reply was lost.</summary>
    /// <param name="reason">What happened instead of the reply.</param>
    public static Outcome CreateAnswerLost(string reason) =>
        Outcome.AnswerLost($"sent, but the answer was lost: {reason}", isProviderFailure: true);

    /// <inheritdoc cref="CreateAnswerLost(string)"/>
    /// <param name="exception">What ended the connection.</param>
    public static Outcome CreateAnswerLost(Exception exception) => CreateAnswerLost(Create(exception).Reason!);

    /// <summary>Creates the outcome of an attempt that the server did not answer in time, before the message was sent.</summary>
    /// <param name="stage">The stage that the server did not answer.</param>
    public static Outcome CreateUnanswered(SmtpStage stage) =>
        stage switch
        {
            SmtpStage.Greeting => Outcome.ProviderFailed("the server did not accept the connection or did not greet in time"),
            <= SmtpStage.Mail => Outcome.ProviderFailed($"no answer to {GetCommand(stage)} in time"),
            SmtpStage.Rcpt => Outcome.Retry($"no answer to {GetCommand(stage)} in time"),
            _ => Outcome.Retry("the server did not read the content in time"),
        };

    /// <summary>Creates the outcome of a failed connection.</summary>
    /// <param name="exception">The failure.</param>
    public static Outcome Create(Exception exception) =>
        exception switch
        {
            AuthenticationException => Outcome.ProviderFailed(
                "TLS failed: the server's certificate is not trusted, or there is no common protocol version"
            ),
            SocketException socket => Outcome.ProviderFailed($"no connection: {socket.SocketErrorCode}"),
            IOException { InnerException: SocketException socket } => Outcome.ProviderFailed(
                $"connection lost: {socket.SocketErrorCode}"
            ),
            MalformedReplyException => Outcome.ProviderFailed("the server does not speak SMTP: a malformed or endless reply"),
            _ => Outcome.ProviderFailed("connection lost"),
        };

    private static string GetCommand(SmtpStage stage) => stage.ToString().ToUpperInvariant();

    // A reply to MAIL names no recipient, so it is about the sender, the login or the host, except for what this message asks
    // for: an international address or a size.
    private static Outcome CreateSenderRefused(SmtpReply reply, (int? Subject, int? Detail) detail, string reason)
    {
        if (IsSessionCode(reply.Code))
            return Outcome.ProviderFailed($"{reason}{DescribeSession(SmtpStage.Mail, reply.Code)}");
        if (detail is not ((6, _) or (2, 3) or (3, 4)) && (reply.Code != 552 || detail.Subject is not null))
            return Outcome.ProviderFailed($"{reason}{SenderRefused}");
        return reply.Code < 500 ? Outcome.Retry(reason) : Outcome.Rejected(reason);
    }

    // A server may still ask for TLS or a login at MAIL and later (RFC 4954 section 6), or report that this is no time for the
    // command.
    private static bool IsSessionCode(int code) => code is 432 or 454 or 503 or 530 or 534 or 535 or 538;

    private static string DescribeSession(SmtpStage stage, int code) =>
        code switch
        {
            454 when stage == SmtpStage.StartTls => "",
            432 or 454 or 534 or 535 => ": the server refused the login",
            530 or 538 => ": the server requires STARTTLS or a login",
            _ => "",
        };

    private static bool IsAboutPace(int code, (int? Subject, int? Detail) enhanced) =>
        code < 500 && enhanced is (4, 5) or (7, 28);

    // Some servers report a problem with the sender, the login or the host only at RCPT. The message is kept and goes out once
    // the operator has fixed the cause. 5.7.0 and 5.7.1 are not among these codes, because a recipient's own policy uses them.
    private static bool IsAboutSender((int? Subject, int? Detail) enhanced) =>
        enhanced is (1, 7 or 8) or (3, 1 or 2 or 5) or (7, (>= 8 and <= 14) or (>= 20 and <= 27));

    // RFC 3463 section 3.3 defines a full mailbox as a transient failure, whatever the class of the code. RFC 5321 section
    // 4.5.3.1.10 treats a 552 for a recipient in the same way.
    private static bool IsMailboxFull(SmtpStage stage, SmtpReply reply) =>
        reply.Enhanced is { Subject: 2, Detail: 2 } || (stage == SmtpStage.Rcpt && reply is { Code: 552, Enhanced: null });

    // RFC 3463 section 3.2 and RFC 7505; without enhanced code only 556 (RFC 7504) is as clear.
    private static bool IsGone(int code, (int? Subject, int? Detail) enhanced) =>
        enhanced is (1, 1 or 6 or 10) || (code == 556 && enhanced.Subject is null);
}
