using Microsoft.Extensions.Logging;

namespace Notify.Providers.Webhook;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Provider {Provider} could not look up rotated endpoint secrets; it continues to sign with the secrets it has"
    )]
    public static partial void RotationsUnknown(ILogger logger, string provider, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Provider {Provider} could not read the secret for delivery {DeliveryId}")]
    public static partial void SecretUnreadable(ILogger logger, string provider, Guid deliveryId, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "Provider {Provider} rotated the secret of an endpoint of tenant {Tenant} to version {Version}"
    )]
    public static partial void SecretRotated(ILogger logger, string provider, string tenant, int version);
}
