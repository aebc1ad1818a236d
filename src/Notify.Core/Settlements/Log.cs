using Microsoft.Extensions.Logging;

namespace Notify.Core.Settlements;

internal static partial class Log
{
    [LoggerMessage(
        20,
        LogLevel.Warning,
        "The lease of delivery {DeliveryId} was lost before its attempt was settled; the delivery may be sent twice"
    )]
    public static partial void LeaseLost(ILogger logger, Guid deliveryId);

    [LoggerMessage(21, LogLevel.Error, "Delivery {DeliveryId} could not be settled; trying again")]
    public static partial void SettleFailed(ILogger logger, Guid deliveryId, Exception exception);

    [LoggerMessage(
        22,
        LogLevel.Information,
        "The device of delivery {DeliveryId} was pruned. Provider {Provider} reported: {Reason}"
    )]
    public static partial void DevicePruned(ILogger logger, Guid deliveryId, string provider, string reason);

    [LoggerMessage(
        23,
        LogLevel.Warning,
        "The recipient of delivery {DeliveryId} could not be updated; the next delivery to it tries again"
    )]
    public static partial void UpkeepFailed(ILogger logger, Guid deliveryId, Exception exception);

    [LoggerMessage(
        24,
        LogLevel.Information,
        "The recipient of delivery {DeliveryId} opted out of the channel, as reported by provider {Provider}"
    )]
    public static partial void OptedOut(ILogger logger, Guid deliveryId, string provider);

    [LoggerMessage(
        25,
        LogLevel.Information,
        "The webhook of delivery {DeliveryId} was removed from its user, because provider {Provider} reported that it is gone"
    )]
    public static partial void WebhookDisabled(ILogger logger, Guid deliveryId, string provider);

    [LoggerMessage(
        26,
        LogLevel.Warning,
        "The quiet hours of the recipient of delivery {DeliveryId} could not be read; they are checked before its next attempt"
    )]
    public static partial void ClockUnknown(ILogger logger, Guid deliveryId, Exception exception);
}
