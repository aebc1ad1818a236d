using Microsoft.Extensions.Logging;

namespace Notify.Planning;

internal static partial class Log
{
    [LoggerMessage(40, LogLevel.Error, "A topic could not be turned into deliveries; trying again where the last batch ended")]
    public static partial void ExpansionFailed(ILogger logger, Exception exception);

    [LoggerMessage(41, LogLevel.Error, "A digest could not be closed; trying again when its lease ends")]
    public static partial void DigestFailed(ILogger logger, Exception exception);
}
