using Microsoft.Extensions.Logging;

namespace Notify.Core.Deliveries;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Error,
        "Provider {Provider} threw {Exception} for delivery {DeliveryId}; this is a bug, because providers must return outcomes"
    )]
    public static partial void ProviderThrew(ILogger logger, string provider, Guid deliveryId, string exception);

    [LoggerMessage(2, LogLevel.Error, "Deliveries could not be leased or checked; trying again")]
    public static partial void LeaseFailed(ILogger logger, Exception exception);

    [LoggerMessage(241, LogLevel.Warning, "The paused providers could not be read; trying again")]
    public static partial void PausesNotRead(ILogger logger, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The attempt for delivery {DeliveryId} was abandoned at shutdown; the delivery falls due again when its lease ends"
    )]
    public static partial void AttemptAbandoned(ILogger logger, Guid deliveryId);

    [LoggerMessage(
        4,
        LogLevel.Error,
        "Delivery {DeliveryId} could not be sent or settled; it falls due again when its lease ends"
    )]
    public static partial void RunFailed(ILogger logger, Guid deliveryId, Exception exception);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "The lease of delivery {DeliveryId} is too short for an attempt; the delivery falls due again when it ends"
    )]
    public static partial void LeaseTooShort(ILogger logger, Guid deliveryId);

    [LoggerMessage(
        8,
        LogLevel.Error,
        "The transport failed; trying again. Deliveries without a hint are sent when they fall due"
    )]
    public static partial void TransportFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "The leases of {Count} deliveries could not be released before an attempt; they fall due again when their leases end"
    )]
    public static partial void ReturnFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "The leases of attempts in flight could not be renewed; trying again")]
    public static partial void RenewFailed(ILogger logger, Exception exception);
}
