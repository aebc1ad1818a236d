using Microsoft.Extensions.Logging;

namespace Notify.Providers.Apns;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The provider token cannot be shared with other nodes; this node uses one of its own")]
    public static partial void TokenStoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The shared provider token {TokenName} was sealed by another key; this node makes its own"
    )]
    public static partial void SharedTokenUnreadable(ILogger logger, string tokenName);

    [LoggerMessage(3, LogLevel.Error, "{Provider} makes provider tokens that Apple calls too old; is this machine's clock slow?")]
    public static partial void TokensExpired(ILogger logger, string provider);
}
