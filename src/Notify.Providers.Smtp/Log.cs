using Microsoft.Extensions.Logging;

namespace Notify.Providers.Smtp;

internal static partial class Log
{
    [LoggerMessage(140, LogLevel.Warning, "The mail server of provider {Provider} failed: {Reason}")]
    public static partial void ServerFailed(ILogger logger, string provider, string? reason);

    [LoggerMessage(
        141,
        LogLevel.Debug,
        "The mail server of provider {Provider} had closed an idle connection; the message goes over a fresh one"
    )]
    public static partial void ConnectionWasStale(ILogger logger, string provider);

    [LoggerMessage(142, LogLevel.Debug, "A connection of provider {Provider} did not end in good order: {Exception}")]
    public static partial void ConnectionNotClosed(ILogger logger, string provider, string exception);
}
