using Microsoft.Extensions.Logging;

namespace Notify.Settling;

internal static partial class Log
{
    [LoggerMessage(20, LogLevel.Warning, "The lease of delivery {DeliveryId} was lost before its attempt ended; another worker has it")]
    public static partial void LeaseLost(ILogger logger, Guid deliveryId);

    [LoggerMessage(21, LogLevel.Error, "Delivery {DeliveryId} could not be settled yet; trying again")]
    public static partial void SettleFailed(ILogger logger, Guid deliveryId, Exception exception);

    [LoggerMessage(22, LogLevel.Information, "The device of delivery {DeliveryId} was pruned: {Provider} says {Reason}")]
    public static partial void DevicePruned(ILogger logger, Guid deliveryId, string provider, string reason);

    [LoggerMessage(23, LogLevel.Warning, "The device of delivery {DeliveryId} could not be pruned; its next delivery will try again")]
    public static partial void PruneFailed(ILogger logger, Guid deliveryId, Exception exception);
}
