using Microsoft.Extensions.Logging;

namespace Notify.Providers.Sandbox;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Provider} could not write the sandbox's file; the delivery is tried again")]
    public static partial void FileNotWritten(ILogger logger, string provider, Exception exception);
}
