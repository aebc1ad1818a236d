using Microsoft.Extensions.Logging;

namespace Notify.Core.Retention;

internal static partial class Log
{
    [LoggerMessage(
        50,
        LogLevel.Information,
        "Purged {Deliveries} deliveries of ended notifications that were accepted before {Before}"
    )]
    public static partial void Purged(ILogger logger, long deliveries, DateTimeOffset before);

    [LoggerMessage(52, LogLevel.Information, "Erased the data of {Users} removed users")]
    public static partial void Erased(ILogger logger, int users);

    [LoggerMessage(53, LogLevel.Error, "The data of removed users could not be erased; trying again in a minute")]
    public static partial void EraseFailed(ILogger logger, Exception exception);

    [LoggerMessage(51, LogLevel.Error, "Expired data could not be purged or counts not be moved; trying again in a minute")]
    public static partial void PurgeFailed(ILogger logger, Exception exception);
}
