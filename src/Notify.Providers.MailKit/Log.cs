using Microsoft.Extensions.Logging;

namespace Notify.Providers.MailKit;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The mail server of provider {Provider} failed: {Reason}")]
    public static partial void ServerFailed(ILogger logger, string provider, string? reason);

    [LoggerMessage(
        2,
        LogLevel.Debug,
        "The mail server of provider {Provider} had closed an idle connection; a fresh one is used"
    )]
    public static partial void ConnectionWasStale(ILogger logger, string provider);

    [LoggerMessage(3, LogLevel.Debug, "A connection of provider {Provider} did not end in good order: {Exception}")]
    public static partial void ConnectionNotClosed(ILogger logger, string provider, string exception);
}
