using Microsoft.Extensions.Logging;

namespace Notify.Providers.Sandbox;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Provider} could not write the sandbox's file; what it would have captured is tried again")]
    public static partial void FileNotWritten(ILogger logger, string provider, Exception exception);
}
