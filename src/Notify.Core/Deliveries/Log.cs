using Microsoft.Extensions.Logging;

namespace Notify.Core.Deliveries;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Error,
        "Provider {Provider} threw {Exception} for delivery {DeliveryId}; a provider returns outcomes, so this is a bug in it"
    )]
    public static partial void ProviderThrew(ILogger logger, string provider, Guid deliveryId, string exception);

    [LoggerMessage(2, LogLevel.Error, "The queue could not be leased from; trying again")]
    public static partial void LeaseFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The attempt for delivery {DeliveryId} was given up at shutdown; it falls due again when its lease ends"
    )]
    public static partial void AttemptAbandoned(ILogger logger, Guid deliveryId);

    [LoggerMessage(4, LogLevel.Error, "Delivery {DeliveryId} could not be settled; it falls due again when its lease ends")]
    public static partial void RunFailed(ILogger logger, Guid deliveryId, Exception exception);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "Delivery {DeliveryId} was leased too late for an attempt; it falls due again when its lease ends"
    )]
    public static partial void LeaseTooShort(ILogger logger, Guid deliveryId);

    [LoggerMessage(
        8,
        LogLevel.Error,
        "The transport brings no hints at present; trying again, and sending what falls due meanwhile"
    )]
    public static partial void TransportFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "{Count} deliveries that were not begun could not be given back; they fall due again when their leases end"
    )]
    public static partial void ReturnFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "Leases of attempts under way could not be renewed; trying again")]
    public static partial void RenewFailed(ILogger logger, Exception exception);
}
