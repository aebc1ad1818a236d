using Microsoft.Extensions.Logging;

namespace Notify.Core.Events;

internal static partial class Log
{
    [LoggerMessage(
        60,
        LogLevel.Warning,
        "Event subscriptions could not be read; events go to the subscriptions that were last read"
    )]
    public static partial void SubscriptionsUnknown(ILogger logger, Exception exception);

    [LoggerMessage(
        61,
        LogLevel.Warning,
        "Notification {NotificationId}, which carries an event that did not happen, could not be cancelled"
    )]
    public static partial void EventNotWithdrawn(ILogger logger, Guid notificationId, Exception exception);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "Event subscription {SubscriptionId} of tenant {Tenant} was disabled, because its endpoint answered that it is gone"
    )]
    public static partial void SubscriptionDisabled(ILogger logger, Guid subscriptionId, string tenant);
}
