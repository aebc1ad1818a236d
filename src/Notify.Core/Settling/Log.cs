using Microsoft.Extensions.Logging;

namespace Notify.Settling;

internal static partial class Log
{
    [LoggerMessage(20, LogLevel.Warning, "The lease of delivery {DeliveryId} was lost before its attempt ended; another worker has it")]
    public static partial void LeaseLost(ILogger logger, Guid deliveryId);

    [LoggerMessage(21, LogLevel.Error, "Delivery {DeliveryId} could not be settled yet; trying again")]
    public static partial void SettleFailed(ILogger logger, Guid deliveryId, Exception exception);
}
