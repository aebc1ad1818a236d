using Microsoft.Extensions.Logging;

namespace Notify.Core.Planning;

internal static partial class Log
{
    [LoggerMessage(
        46,
        LogLevel.Warning,
        "{Count} permits of a throttle could not be returned; their recipients may be throttled although nothing was sent"
    )]
    public static partial void PermitsKept(ILogger logger, Exception exception, int count);
}
