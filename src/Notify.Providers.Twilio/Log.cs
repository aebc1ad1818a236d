using Microsoft.Extensions.Logging;

namespace Notify.Providers.Twilio;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Provider} took delivery {DeliveryId} over without an id: its answer cannot be read")]
    public static partial void AnswerUnreadable(ILogger logger, string provider, Guid deliveryId);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "A callback for {Provider} is not signed by Twilio; if it was Twilio's, AuthToken or StatusCallbackUrl is wrong"
    )]
    public static partial void SignatureRefused(ILogger logger, string provider);
}
