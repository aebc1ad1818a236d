using Microsoft.Extensions.Logging;

namespace Notify.Core.Providers;

internal static partial class Log
{
    [LoggerMessage(5, LogLevel.Warning, "Provider {Provider} is failing; its circuit is open for {Seconds} s")]
    public static partial void CircuitOpened(ILogger logger, string provider, double seconds);

    [LoggerMessage(6, LogLevel.Information, "Provider {Provider} has recovered; its circuit is closed")]
    public static partial void CircuitClosed(ILogger logger, string provider);
}
