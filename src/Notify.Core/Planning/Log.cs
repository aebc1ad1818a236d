using Microsoft.Extensions.Logging;

namespace Notify.Planning;

internal static partial class Log
{
    [LoggerMessage(40, LogLevel.Error, "A topic could not be turned into deliveries; trying again where the last batch ended")]
    public static partial void ExpansionFailed(ILogger logger, Exception exception);
}
