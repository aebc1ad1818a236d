using Microsoft.Extensions.Logging;

namespace Notify.Providers.Mail.Callbacks;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Refused a callback for provider {Provider}: {Reason}; if the vendor sent it, check the options of the callback"
    )]
    public static partial void CallbackRefused(ILogger logger, string provider, string reason);

    [LoggerMessage(
        2,
        LogLevel.Debug,
        "Ignored {Count} events for provider {Provider} that refer to no delivery, because Notify did not send the email or the "
            + "event is about a copy"
    )]
    public static partial void EventsIgnored(ILogger logger, string provider, int count);

    [LoggerMessage(3, LogLevel.Warning, "Provider {Provider} could not download the certificate of SNS: {Reason}")]
    public static partial void CertificateNotFound(ILogger logger, string provider, string reason);

    [LoggerMessage(4, LogLevel.Information, "Provider {Provider} confirmed the subscription of the topic {Topic}")]
    public static partial void SubscriptionConfirmed(ILogger logger, string provider, string topic);

    [LoggerMessage(5, LogLevel.Warning, "Provider {Provider} could not confirm the subscription of the topic {Topic}: {Reason}")]
    public static partial void SubscriptionNotConfirmed(ILogger logger, string provider, string topic, string reason);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "The topic {Topic} asks provider {Provider} to confirm its subscription; confirm it in the console of AWS, or set "
            + "ConfirmSubscriptions"
    )]
    public static partial void SubscriptionPending(ILogger logger, string provider, string topic);
}
