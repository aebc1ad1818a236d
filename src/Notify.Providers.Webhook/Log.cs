using Microsoft.Extensions.Logging;

namespace Notify.Providers.Webhook;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Provider} refused delivery {DeliveryId}: its URL is not on the public internet")]
    public static partial void TargetRefused(ILogger logger, string provider, Guid deliveryId);
}
