using Microsoft.Extensions.Logging;

namespace Notify.Hosting;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The store did not answer a call to {Path}")]
    public static partial void StoreFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A call to {Path} failed unexpectedly")]
    public static partial void CallFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(3, LogLevel.Critical, "{Sentence} Stopping.")]
    public static partial void Unprotected(ILogger logger, string sentence);
}
