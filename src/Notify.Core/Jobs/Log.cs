using Microsoft.Extensions.Logging;

namespace Notify.Core.Jobs;

internal static partial class Log
{
    [LoggerMessage(121, LogLevel.Error, "Job {JobId} could not be continued; trying again")]
    public static partial void JobInterrupted(ILogger logger, Exception exception, Guid jobId);

    [LoggerMessage(122, LogLevel.Error, "Job {JobId} failed")]
    public static partial void JobFailed(ILogger logger, Exception exception, Guid jobId);

    [LoggerMessage(123, LogLevel.Error, "Jobs could not be read; trying again")]
    public static partial void JobsUnreachable(ILogger logger, Exception exception);
}
