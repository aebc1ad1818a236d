using Microsoft.Extensions.Logging;

namespace Notify.Providers.Sandbox;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Provider {Provider} could not write the sandbox file; the delivery will be retried")]
    public static partial void FileNotWritten(ILogger logger, string provider, Exception exception);
}
