using Microsoft.Extensions.Logging;

namespace Notify.Core.Tracking;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "An open or a click of delivery {DeliveryId} could not be recorded: {Error}")]
    public static partial void NotRecorded(ILogger logger, Guid deliveryId, string error);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The tracking settings of a tenant could not be read, and the ones that were read before apply: {Error}"
    )]
    public static partial void SettingsNotRead(ILogger logger, string error);
}
