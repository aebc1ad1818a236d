using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Proxy;
using MailKit.Net.Smtp;
using MailKit.Security;
using Notify.Providers.Mail;

namespace Notify.Providers.MailKit;

/// <summary>
/// Maps replies and exceptions of MailKit to outcomes. Replies are mapped by <see cref="SmtpOutcomes"/>. The server's text never
/// becomes a reason, because it often repeats the address.
/// </summary>
internal static class MailKitOutcomes
{
    private const string LoginRefused = "the server requires STARTTLS or refused the login";

    public static Outcome NeedsSmtpUtf8 { get; } =
        Outcome.Rejected("the server does not support SMTPUTF8, which an address of this email requires");

    /// <summary>Creates the outcome of a failure before a message; null when a mail server did not cause it.</summary>
    public static Outcome? Create(Exception exception) =>
        exception switch
        {
            SmtpCommandException reply => Create(reply, SmtpStage.Greeting),
            SslHandshakeException => Outcome.ProviderFailed(
                "TLS failed: the server's certificate is not trusted, or there is no common protocol version"
            ),
            AuthenticationException or ServiceNotAuthenticatedException => Outcome.ProviderFailed(LoginRefused),
            NoAccessTokenException none => Outcome.ProviderFailed(
                $"the application did not provide an access token: {none.InnerException!.GetType().Name}"
            ),
            ProxyProtocolException => Outcome.ProviderFailed("the proxy did not connect to the server"),
            SocketException socket => Outcome.ProviderFailed($"no connection: {socket.SocketErrorCode}"),
            IOException { InnerException: SocketException socket } => Outcome.ProviderFailed(
                $"connection lost: {socket.SocketErrorCode}"
            ),
            IOException or SmtpProtocolException or ServiceNotConnectedException => Outcome.ProviderFailed("connection lost"),
            NotSupportedException => Outcome.ProviderFailed(
                "the server does not offer STARTTLS, a common login mechanism or 8BITMIME"
            ),
            TimeoutException => SmtpOutcomes.CreateUnanswered(SmtpStage.Greeting),
            _ => null,
        };

    /// <summary>
    /// Determines whether the connection was lost, or the server announced that it closes it. A new connection may then succeed.
    /// </summary>
    public static bool IsConnectionLost(Exception exception) =>
        exception
            is IOException
                or SocketException
                or SmtpProtocolException
                or ServiceNotConnectedException
                or SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable };

    /// <summary>
    /// Determines whether the server had closed a connection that was kept from earlier messages, so that the message can be sent
    /// again over a new one. If the server has already accepted a part of the message, it is sent again only when the server
    /// refused it because it closes the connection.
    /// </summary>
    public static bool IsStale(Exception exception, MailConnection connection) =>
        connection.IsReused
        && IsConnectionLost(exception)
        && (exception is SmtpCommandException || connection.Stage == SmtpStage.Mail);

    /// <param name="stage">The stage that the reply answers.</param>
    /// <param name="reply">A reply that refuses.</param>
    public static Outcome Create(SmtpStage stage, SmtpResponse reply) => Create(stage, reply.StatusCode, reply.Response);

    /// <param name="reply">A reply that refuses.</param>
    /// <param name="stage">The stage of the message.</param>
    public static Outcome Create(SmtpCommandException reply, SmtpStage stage) =>
        Create(reply.ErrorCode == SmtpErrorCode.MessageNotAccepted ? SmtpStage.Content : stage, reply.StatusCode, reply.Message);

    private static Outcome Create(SmtpStage stage, SmtpStatusCode code, string text)
    {
        var line = Encoding.UTF8.GetBytes(text.Split('\n')[0].TrimEnd());
        return SmtpOutcomes.Create(stage, new SmtpReply((int)code, EnhancedCode.ReadFrom(line), default));
    }
}
