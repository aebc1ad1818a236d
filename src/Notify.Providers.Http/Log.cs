using Microsoft.Extensions.Logging;

namespace Notify.Providers.Http;

// The messages appear in the log category of the provider, so their IDs must differ from those of every provider.
internal static partial class Log
{
    [LoggerMessage(
        101,
        LogLevel.Warning,
        "Provider {Provider} rejected delivery {DeliveryId}: its endpoint is not on the public internet"
    )]
    public static partial void TargetRefused(ILogger logger, string provider, Guid deliveryId);

    [LoggerMessage(
        102,
        LogLevel.Information,
        "Provider {Provider} could not connect to the endpoint of delivery {DeliveryId}: {Detail}"
    )]
    public static partial void ConnectionFailed(ILogger logger, string provider, Guid deliveryId, string detail);
}
