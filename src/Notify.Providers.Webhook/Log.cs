using Microsoft.Extensions.Logging;

namespace Notify.Providers.Webhook;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Provider} refused to connect for delivery {DeliveryId}: its URL does not point to the public internet")]
    public static partial void TargetRefused(ILogger logger, string provider, Guid deliveryId);
}
