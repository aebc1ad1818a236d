using Microsoft.Extensions.Logging;

namespace Notify.Core.Topics;

internal static partial class Log
{
    [LoggerMessage(40, LogLevel.Error, "The expansion of notification {NotificationId} failed; trying again in {Delay}")]
    public static partial void ExpansionFailed(ILogger logger, Exception exception, Guid notificationId, TimeSpan delay);

    [LoggerMessage(42, LogLevel.Error, "The expansion of notification {NotificationId} ended as a dead letter")]
    public static partial void ExpansionDead(ILogger logger, Exception exception, Guid notificationId);

    [LoggerMessage(44, LogLevel.Error, "Due expansions could not be leased or released; trying again")]
    public static partial void ExpansionsUnreachable(ILogger logger, Exception exception);
}
