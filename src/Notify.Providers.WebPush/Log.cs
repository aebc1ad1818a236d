using Microsoft.Extensions.Logging;

namespace Notify.Providers.WebPush;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The push service refused the VAPID credentials of provider {Provider} for delivery {DeliveryId}: {Reason}"
    )]
    public static partial void CredentialsRefused(ILogger logger, string provider, Guid deliveryId, string reason);
}
