using Microsoft.Extensions.Logging;

namespace Notify.Providers.WebPush;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Provider {Provider} rejected delivery {DeliveryId}: its endpoint is not on the public internet"
    )]
    public static partial void TargetRefused(ILogger logger, string provider, Guid deliveryId);

    [LoggerMessage(3, LogLevel.Information, "{Provider} could not connect for delivery {DeliveryId}: {Detail}")]
    public static partial void ConnectionFailed(ILogger logger, string provider, Guid deliveryId, string detail);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The push service refused the VAPID credentials of provider {Provider} for delivery {DeliveryId}: {Reason}"
    )]
    public static partial void CredentialsRefused(ILogger logger, string provider, Guid deliveryId, string reason);
}
