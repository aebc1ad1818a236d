using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Proxy;
using MailKit.Net.Smtp;
using MailKit.Security;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>
/// Turns what became of a mail transaction into outcomes: replies by the table of the SMTP provider, and beside it what is
/// MailKit's own. The server's text, which likes to repeat the address, never becomes a reason.
/// </summary>
internal static class MailKitOutcomes
{
    private const string LoginRefused = "the server asks for STARTTLS or refused the login";

    public static Outcome NeedsSmtpUtf8 { get; } =
        Outcome.Rejected("the server has no SMTPUTF8, which an address of this email needs");

    /// <summary>What an exception means before a message; null when it is none of a mail server's doing.</summary>
    public static Outcome? Create(Exception exception) =>
        exception switch
        {
            SmtpCommandException reply => Create(reply, SmtpStage.Greeting),
            SslHandshakeException => Outcome.ProviderFailed(
                "TLS failed: the server's certificate is not trusted, or no protocol version in common"
            ),
            AuthenticationException or ServiceNotAuthenticatedException => Outcome.ProviderFailed(LoginRefused),
            NoAccessTokenException none => Outcome.ProviderFailed($"no access token: {none.InnerException!.GetType().Name}"),
            ProxyProtocolException => Outcome.ProviderFailed("the proxy did not connect to the server"),
            SocketException socket => Outcome.ProviderFailed($"no connection: {socket.SocketErrorCode}"),
            IOException { InnerException: SocketException socket } => Outcome.ProviderFailed(
                $"connection lost: {socket.SocketErrorCode}"
            ),
            IOException or SmtpProtocolException or ServiceNotConnectedException => Outcome.ProviderFailed("connection lost"),
            NotSupportedException => Outcome.ProviderFailed(
                "the server does not offer STARTTLS, a login mechanism in common or 8BITMIME"
            ),
            TimeoutException => SmtpOutcomes.CreateUnanswered(SmtpStage.Greeting),
            _ => null,
        };

    /// <summary>
    /// Whether the connection had ended, so that a fresh one may do better: it broke, or the server said that it closes it.
    /// </summary>
    public static bool IsConnectionLost(Exception exception) =>
        exception
            is IOException
                or SocketException
                or SmtpProtocolException
                or ServiceNotConnectedException
                or SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable };

    /// <summary>
    /// Whether the server had done with a connection of earlier messages before it looked at this one. It sends a message that
    /// had begun to be answered only where the server refused it to close.
    /// </summary>
    public static bool IsStale(Exception exception, MailConnection connection) =>
        connection.IsReused
        && IsConnectionLost(exception)
        && (exception is SmtpCommandException || connection.Stage == SmtpStage.Mail);

    /// <param name="stage">What the reply is to.</param>
    /// <param name="reply">The reply of a server that refuses.</param>
    public static Outcome Create(SmtpStage stage, SmtpResponse reply) => Create(stage, reply.StatusCode, reply.Response);

    /// <param name="reply">What the server refused with.</param>
    /// <param name="stage">How far the message had come.</param>
    public static Outcome Create(SmtpCommandException reply, SmtpStage stage) =>
        Create(reply.ErrorCode == SmtpErrorCode.MessageNotAccepted ? SmtpStage.Content : stage, reply.StatusCode, reply.Message);

    private static Outcome Create(SmtpStage stage, SmtpStatusCode code, string text)
    {
        var line = Encoding.UTF8.GetBytes(text.Split('\n')[0].TrimEnd());
        return SmtpOutcomes.Create(stage, new SmtpReply((int)code, EnhancedCode.ReadFrom(line), default));
    }
}
