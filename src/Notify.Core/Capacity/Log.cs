using Microsoft.Extensions.Logging;

namespace Notify.Core.Capacity;

internal static partial class Log
{
    [LoggerMessage(9, LogLevel.Error, "The count of a rate that processes share failed; what it limits waits until it answers")]
    public static partial void SharedRateFailed(ILogger logger, Exception exception);
}
