using Microsoft.Extensions.Logging;

namespace Notify.Providers.Webhook;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Provider} refused delivery {DeliveryId}: its URL is not on the public internet")]
    public static partial void TargetRefused(ILogger logger, string provider, Guid deliveryId);

    [LoggerMessage(2, LogLevel.Information, "{Provider} could not connect for delivery {DeliveryId}: {Detail}")]
    public static partial void ConnectionFailed(ILogger logger, string provider, Guid deliveryId, string detail);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "{Provider} could not read whether endpoints' secrets were rotated; it signs with those it knows"
    )]
    public static partial void RotationsUnknown(ILogger logger, string provider, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "{Provider} could not read the secret for delivery {DeliveryId}")]
    public static partial void SecretUnreadable(ILogger logger, string provider, Guid deliveryId, Exception exception);

    [LoggerMessage(
        5,
        LogLevel.Information,
        "{Provider} rotated the secret of an endpoint of tenant {Tenant} to version {Version}"
    )]
    public static partial void SecretRotated(ILogger logger, string provider, string tenant, int version);
}
