using Microsoft.Extensions.Logging;

namespace Notify.Providers.Apns;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The provider token cannot be shared with other nodes; this node uses its own token")]
    public static partial void TokenStoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The shared provider token {TokenName} was sealed with a different key; this node uses its own token"
    )]
    public static partial void SharedTokenUnreadable(ILogger logger, string tokenName);

    [LoggerMessage(
        3,
        LogLevel.Error,
        "Apple refuses the provider tokens of {Provider} as expired; check whether the clock of this machine is slow"
    )]
    public static partial void TokensExpired(ILogger logger, string provider);
}
