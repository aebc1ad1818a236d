using Microsoft.Extensions.Logging;

namespace Notify.Providers.Smtp;

internal static partial class Log
{
    [LoggerMessage(140, LogLevel.Warning, "Provider {Provider} failed to send through its mail server: {Reason}")]
    public static partial void ServerFailed(ILogger logger, string provider, string? reason);

    [LoggerMessage(
        141,
        LogLevel.Debug,
        "The mail server of provider {Provider} closed an idle connection; the message is sent over a new one"
    )]
    public static partial void ConnectionWasStale(ILogger logger, string provider);

    [LoggerMessage(142, LogLevel.Debug, "Provider {Provider} could not close a connection cleanly: {Exception}")]
    public static partial void ConnectionNotClosed(ILogger logger, string provider, string exception);
}
