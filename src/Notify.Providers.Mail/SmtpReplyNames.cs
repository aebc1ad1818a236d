namespace Notify.Providers.Mail;

/// <summary>
/// The standard names of replies, for the operator who reads a reason. Enhanced codes have the names of IANA's registry (RFC 3463
/// and its successors); other reply codes have those of RFC 5321, RFC 4954 and RFC 7504.
/// </summary>
public static class SmtpReplyNames
{
    /// <summary>Finds the name of a reply; null when it has none.</summary>
    /// <param name="stage">The stage that the reply answers. Several codes have a different meaning in some stages.</param>
    /// <param name="reply">The reply.</param>
    public static string? Find(SmtpStage stage, SmtpReply reply) =>
        FindNameAt(stage, reply)
        ?? (reply.Enhanced is { } enhanced && GetName(enhanced) is { } name ? name : GetName(reply.Code));

    private static string? FindNameAt(SmtpStage stage, SmtpReply reply) =>
        (stage, reply.Code, reply.Enhanced?.Subject, reply.Enhanced?.Detail) switch
        {
            // RFC 3207 section 4. In other stages, the code is that of RFC 4954.
            (SmtpStage.StartTls, 454, _, _) => "TLS is not available at present",
            (SmtpStage.Auth, 454, _, _) => "temporary authentication failure",
            (_, 454, null, _) => "refused for now",

            // RFC 5321 section 3.1: before a message, the server can refuse only the host.
            (SmtpStage.Greeting, 554, null, _) => "no SMTP service here",
            (SmtpStage.Greeting or SmtpStage.Ehlo, 450 or 550 or 554, null or 0, _) => "the server refuses this host",
            (SmtpStage.Greeting or SmtpStage.Ehlo, _, 7, 0 or 1) => "the server refuses this host",

            // For a recipient, 450 and 550 mean "mailbox unavailable".
            (SmtpStage.Mail, 450, null or 0, _) => "sender temporarily refused",
            (SmtpStage.Mail, 550, null or 0, _) => "sender refused",
            (SmtpStage.Data or SmtpStage.Content, 450, null or 0, _) => "message temporarily refused",
            (SmtpStage.Data or SmtpStage.Content, 550, null or 0, _) => "message refused",

            // Greylisting sends these codes. It accepts the same delivery some minutes later.
            (SmtpStage.Mail or SmtpStage.Rcpt or SmtpStage.Data or SmtpStage.Content, < 500, 7, 0 or 1) =>
                "temporarily refused, as by greylisting",
            _ => null,
        };

    private static string? GetName(EnhancedCode code) =>
        code.Subject switch
        {
            1 => GetAddressName(code.Detail),
            2 => GetMailboxName(code.Detail),
            3 => GetSystemName(code.Detail),
            4 => GetNetworkName(code.Detail),
            5 => GetProtocolName(code.Detail),
            6 => GetMediaName(code.Detail),
            7 => GetSecurityName(code.Detail) ?? GetAuthenticationName(code.Detail),
            _ => null,
        };

    private static string? GetAddressName(int detail) =>
        detail switch
        {
            1 => "bad destination mailbox address",
            2 => "bad destination system address",
            3 => "bad destination mailbox address syntax",
            4 => "destination mailbox address ambiguous",
            5 => "destination address valid",
            6 => "destination mailbox has moved",
            7 => "bad sender's mailbox address syntax",
            8 => "bad sender's system address",
            9 => "message relayed to non-compliant mailer",
            10 => "recipient address has null MX",
            _ => null,
        };

    private static string? GetMailboxName(int detail) =>
        detail switch
        {
            1 => "mailbox disabled, not accepting messages",
            2 => "mailbox full",
            3 => "message length exceeds administrative limit",
            4 => "mailing list expansion problem",
            _ => null,
        };

    private static string? GetSystemName(int detail) =>
        detail switch
        {
            1 => "mail system full",
            2 => "system not accepting network messages",
            3 => "system not capable of selected features",
            4 => "message too big for system",
            5 => "system incorrectly configured",
            6 => "requested priority was changed",
            _ => null,
        };

    private static string? GetNetworkName(int detail) =>
        detail switch
        {
            1 => "no answer from host",
            2 => "bad connection",
            3 => "directory server failure",
            4 => "unable to route",
            5 => "mail system congestion",
            6 => "routing loop detected",
            7 => "delivery time expired",
            _ => null,
        };

    private static string? GetProtocolName(int detail) =>
        detail switch
        {
            1 => "invalid command",
            2 => "syntax error",
            3 => "too many recipients",
            4 => "invalid command arguments",
            5 => "wrong protocol version",
            6 => "authentication exchange line is too long",
            _ => null,
        };

    private static string? GetMediaName(int detail) =>
        detail switch
        {
            1 => "media not supported",
            2 => "conversion required and prohibited",
            3 => "conversion required but not supported",
            4 => "conversion with loss performed",
            5 => "conversion failed",
            6 => "message content not available",
            7 => "non-ASCII addresses not permitted for that sender/recipient",
            8 or 10 => "UTF-8 string reply is required, but not permitted by the SMTP client",
            9 => "UTF-8 header message cannot be transferred to one or more recipients",
            _ => null,
        };

    private static string? GetSecurityName(int detail) =>
        detail switch
        {
            1 => "delivery not authorized, message refused",
            2 => "mailing list expansion prohibited",
            3 => "security conversion required but not possible",
            4 => "security features not supported",
            5 => "cryptographic failure",
            6 => "cryptographic algorithm not supported",
            7 => "message integrity failure",
            8 => "authentication credentials invalid",
            9 => "authentication mechanism is too weak",
            10 => "encryption needed",
            11 => "encryption required for requested authentication mechanism",
            12 => "a password transition is needed",
            13 => "user account disabled",
            14 => "trust relationship required",
            _ => null,
        };

    private static string? GetAuthenticationName(int detail) =>
        detail switch
        {
            15 => "priority level is too low",
            16 => "message is too big for the specified priority",
            17 => "mailbox owner has changed",
            18 => "domain owner has changed",
            19 => "RRVS test cannot be completed",
            20 => "no passing DKIM signature found",
            21 => "no acceptable DKIM signature found",
            22 => "no valid author-matched DKIM signature found",
            23 => "SPF validation failed",
            24 => "SPF validation error",
            25 => "reverse DNS validation failed",
            26 => "multiple authentication checks failed",
            27 => "sender address has null MX",
            28 => "mail flood detected",
            29 => "ARC validation failure",
            30 => "REQUIRETLS support required",
            _ => null,
        };

    private static string? GetName(int code) =>
        code switch
        {
            421 => "service not available, closing transmission channel",
            432 => "a password transition is needed",
            450 => "mailbox unavailable",
            451 => "local error in processing",
            452 => "insufficient system storage",
            454 => "temporary authentication failure",
            455 => "server unable to accommodate parameters",
            500 => "syntax error, command unrecognized",
            501 => "syntax error in parameters or arguments",
            502 => "command not implemented",
            503 => "bad sequence of commands",
            504 => "command parameter not implemented",
            521 => "host does not accept mail",
            530 => "authentication required",
            534 => "authentication mechanism is too weak",
            535 => "authentication credentials invalid",
            538 => "encryption required for requested authentication mechanism",
            550 => "mailbox unavailable",
            551 => "user not local",
            552 => "exceeded storage allocation",
            553 => "mailbox name not allowed",
            554 => "transaction failed",
            555 => "MAIL FROM/RCPT TO parameters not recognized or not implemented",
            556 => "domain does not accept mail",
            _ => null,
        };
}
