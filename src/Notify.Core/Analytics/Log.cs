using Microsoft.Extensions.Logging;

namespace Notify.Core.Analytics;

internal static partial class Log
{
    [LoggerMessage(30, LogLevel.Warning, "Delivery counts could not be written; trying again")]
    public static partial void CountsNotWritten(ILogger logger, Exception exception);
}
