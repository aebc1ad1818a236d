using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MailKit;
using MailKit.Net.Proxy;
using MailKit.Net.Smtp;
using MailKit.Security;
using Notify.Delivering;

namespace Notify.Providers.MailKit;

/// <summary>
/// Turns what became of a mail transaction into outcomes. Reasons carry the reply's code, its enhanced code (RFC 3463) and its
/// standard name; never the server's text, which likes to repeat the address.
/// </summary>
internal static partial class MailKitOutcomes
{
    private const string LoginRefused = "the server asks for STARTTLS or refused the login";

    public static Outcome NeedsSmtpUtf8 { get; } = Outcome.Rejected("the server has no SMTPUTF8, which this address needs");

    /// <summary>What an exception means; null when it is none of a mail server's doing.</summary>
    public static Outcome? Of(Exception exception) => exception switch
    {
        SmtpCommandException reply => Of(reply),
        SslHandshakeException =>
            Outcome.ProviderFailed("TLS failed: the server's certificate is not trusted, or no protocol version in common"),
        AuthenticationException or ServiceNotAuthenticatedException => Outcome.ProviderFailed(LoginRefused),
        NoAccessTokenException none => Outcome.ProviderFailed($"no access token: {none.InnerException!.GetType().Name}"),
        ProxyProtocolException => Outcome.ProviderFailed("the proxy did not connect to the server"),
        SocketException socket => Outcome.ProviderFailed($"no connection: {socket.SocketErrorCode}"),
        IOException { InnerException: SocketException socket } =>
            Outcome.ProviderFailed($"connection lost: {socket.SocketErrorCode}"),
        IOException or SmtpProtocolException or ServiceNotConnectedException => Outcome.ProviderFailed("connection lost"),
        NotSupportedException =>
            Outcome.ProviderFailed("the server does not offer STARTTLS, a login mechanism in common or 8BITMIME"),
        TimeoutException => Outcome.ProviderFailed("the server did not answer in time"),
        _ => null,
    };

    /// <summary>
    /// Whether the connection had ended, so that a fresh one may do better: it broke, or the server said that it closes it.
    /// </summary>
    public static bool IsConnectionLost(Exception exception) =>
        exception is IOException or SocketException or SmtpProtocolException or ServiceNotConnectedException
            or SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable };

    private static Outcome Of(SmtpCommandException reply)
    {
        var enhanced = EnhancedCode().Match(reply.Message) is { Success: true } match ? match.Value : null;
        var reason = Describe(reply.StatusCode, enhanced);
        return (int)reply.StatusCode switch
        {
            432 or 454 or 530 or 534 or 535 or 538 => Outcome.ProviderFailed($"{reason}: {LoginRefused}"),
            >= 400 and < 500 => Outcome.Retry(reason),
            550 when reply.ErrorCode == SmtpErrorCode.RecipientNotAccepted && enhanced is "5.1.1" or "5.1.6" =>
                Outcome.RecipientGone(reason),
            >= 500 and < 600 when IsSenderRefused(enhanced) && reply.ErrorCode != SmtpErrorCode.MessageNotAccepted =>
                Outcome.ProviderFailed($"{reason}: the server does not send for this sender, login or host"),
            >= 500 and < 600 => Outcome.Rejected(reason),
            _ => Outcome.ProviderFailed($"{reason}: an answer that SMTP does not have here"),
        };
    }

    // RFC 3463 sections 3.2 and 3.8: the sender is at fault, or not authorised. Once the content is known the same codes mean a
    // policy against it.
    private static bool IsSenderRefused(string? enhanced) => enhanced is "5.1.7" or "5.1.8" or "5.7.0" or "5.7.1" or "5.7.8";

    private static string Describe(SmtpStatusCode code, string? enhanced)
    {
        var number = ((int)code).ToString(CultureInfo.InvariantCulture);
        var name = Enum.IsDefined(code) ? code.ToString() : null;
        return string.Join(' ', new[] { number, enhanced, name }.Where(part => part is not null));
    }

    [GeneratedRegex(@"^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?=\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex EnhancedCode();
}
