using Microsoft.Extensions.Logging;

namespace Notify.Providers.Twilio;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Provider {Provider} accepted delivery {DeliveryId}, but its answer is unreadable; the message id is unknown"
    )]
    public static partial void AnswerUnreadable(ILogger logger, string provider, Guid deliveryId);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "Refused a callback for provider {Provider} whose signature is invalid; if Twilio sent it, check AuthToken and "
            + "StatusCallbackUrl"
    )]
    public static partial void SignatureRefused(ILogger logger, string provider);
}
