using Microsoft.Extensions.Logging;

namespace Notify.Storage;

internal static partial class Log
{
    [LoggerMessage(
        50,
        LogLevel.Information,
        "Purged {Deliveries} deliveries of notifications that were accepted before {Before} and have ended"
    )]
    public static partial void Purged(ILogger logger, long deliveries, DateTimeOffset before);

    [LoggerMessage(51, LogLevel.Error, "What is not to be kept any longer could not be purged; trying again in a minute")]
    public static partial void PurgeFailed(ILogger logger, Exception exception);
}
