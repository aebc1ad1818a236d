using System.Globalization;
using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Notify.Delivering;

namespace Notify.Providers.Smtp;

/// <summary>
/// Turns what became of a mail transaction into outcomes. Reasons carry the reply's code, its enhanced code (RFC 3463) and its
/// standard name; never the server's text, which likes to repeat the address.
/// </summary>
internal static partial class SmtpOutcomes
{
    public static Outcome From(SmtpException exception, MailMessage message)
    {
        if (exception.StatusCode == SmtpStatusCode.GeneralFailure)
            return FromFailure(exception, message.To[0]);

        var enhanced = EnhancedCodeOf(exception);
        var reason = Describe(exception.StatusCode, enhanced);
        return (int)exception.StatusCode switch
        {
            454 or 530 or 534 or 535 or 538 => Outcome.ProviderFailed($"{reason}: the server asks for STARTTLS or refused the login"),
            >= 400 and < 500 => Outcome.Retry(reason),
            550 when exception is SmtpFailedRecipientException && enhanced is "5.1.1" or "5.1.6" => Outcome.RecipientGone(reason),
            >= 500 and < 600 when IsSenderRefused(enhanced) && !WasContentSent(message) =>
                Outcome.ProviderFailed($"{reason}: the server does not send for this sender, login or host"),
            >= 500 and < 600 => Outcome.Rejected(reason),
            _ => Outcome.ProviderFailed($"{reason}: an answer that SMTP does not have here"),
        };
    }

    /// <summary>Whether the connection had ended, so that a fresh one may do better: it broke, or the server said that it closes it.</summary>
    public static bool IsConnectionLost(SmtpException exception) =>
        exception.StatusCode == SmtpStatusCode.ServiceNotAvailable || exception.InnerException is IOException or SocketException;

    // RFC 3463 sections 3.2 and 3.8: the sender is at fault, or not authorised. SmtpClient goes on without login when the login
    // is refused, and a server may tell only then; to reject would end every delivery for a mistyped password.
    private static bool IsSenderRefused(string? enhanced) => enhanced is "5.1.7" or "5.1.8" or "5.7.0" or "5.7.1" or "5.7.8";

    // The same codes mean a policy against the content once that is known. SmtpClient dates a message as it begins to write it,
    // after the server took sender and recipient.
    private static bool WasContentSent(MailMessage message) => message.Headers["Date"] is not null;

    private static Outcome FromFailure(SmtpException exception, MailAddress recipient) => exception.InnerException switch
    {
        AuthenticationException => Outcome.ProviderFailed("TLS failed: the server's certificate is not trusted, or no protocol version in common"),
        SocketException socket => Outcome.ProviderFailed($"no connection: {socket.SocketErrorCode}"),
        IOException { InnerException: SocketException socket } => Outcome.ProviderFailed($"connection lost: {socket.SocketErrorCode}"),
        IOException => Outcome.ProviderFailed("connection lost"),
        null when !Ascii.IsValid(recipient.User) && exception.Message.Contains(recipient.Address, StringComparison.Ordinal) =>
            Outcome.Rejected("the server has no SMTPUTF8, which this address needs"),
        null => Outcome.ProviderFailed("the server does not offer STARTTLS, or answered out of order"),
        var cause => Outcome.ProviderFailed($"the server could not be understood: {cause.GetType().Name}"),
    };

    private static string Describe(SmtpStatusCode code, string? enhanced)
    {
        var number = ((int)code).ToString(CultureInfo.InvariantCulture);
        var name = Enum.IsDefined(code) ? code.ToString() : null;
        return string.Join(' ', new[] { number, enhanced, name }.Where(part => part is not null));
    }

    // SmtpException keeps the reply's text only at the end of its message.
    private static string? EnhancedCodeOf(SmtpException exception) =>
        EnhancedCode().Match(exception.Message) is { Success: true } match ? match.Groups["code"].Value : null;

    [GeneratedRegex(@"[:,] (?<code>[45]\.[0-9]{1,3}\.[0-9]{1,3})(?=\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex EnhancedCode();
}
