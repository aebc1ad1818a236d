using Microsoft.Extensions.Logging;

namespace Notify.Core.Capacity;

internal static partial class Log
{
    [LoggerMessage(
        9,
        LogLevel.Error,
        "The shared rate limit is unavailable; the deliveries that it limits wait until it is available again"
    )]
    public static partial void SharedRateFailed(ILogger logger, Exception exception);
}
