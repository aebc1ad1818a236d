using Microsoft.Extensions.Logging;

namespace Notify.Storage.Redis;

internal static partial class Log
{
    [LoggerMessage(220, LogLevel.Warning, "Redis is not responding ({Reason}); the store is used instead until it does")]
    public static partial void Away(ILogger logger, string reason);

    [LoggerMessage(221, LogLevel.Information, "Redis is responding again")]
    public static partial void Back(ILogger logger);

    [LoggerMessage(223, LogLevel.Information, "This process leads {Role} with fence {Fence}")]
    public static partial void Leads(ILogger logger, string role, long fence);

    [LoggerMessage(224, LogLevel.Warning, "This process no longer leads {Role}; its fence was {Fence}")]
    public static partial void LeadershipLost(ILogger logger, string role, long fence);
}
