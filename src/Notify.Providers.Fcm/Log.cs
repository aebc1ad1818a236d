using Microsoft.Extensions.Logging;

namespace Notify.Providers.Fcm;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Provider {Provider} refused the access token; requesting a new one")]
    public static partial void AccessTokenRefused(ILogger logger, string provider);

    [LoggerMessage(2, LogLevel.Warning, "Provider {Provider} cannot send: {Reason}")]
    public static partial void NoAccess(ILogger logger, string provider, string reason);
}
