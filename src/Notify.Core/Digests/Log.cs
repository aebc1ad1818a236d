using Microsoft.Extensions.Logging;

namespace Notify.Core.Digests;

internal static partial class Log
{
    [LoggerMessage(41, LogLevel.Error, "Digest {DigestId} could not be closed; trying again in {Delay}")]
    public static partial void DigestFailed(ILogger logger, Exception exception, Guid digestId, TimeSpan delay);

    [LoggerMessage(43, LogLevel.Error, "Digest {DigestId} ended as a dead letter")]
    public static partial void DigestDead(ILogger logger, Exception exception, Guid digestId);

    [LoggerMessage(45, LogLevel.Error, "Due digests could not be leased or released; trying again")]
    public static partial void DigestsUnreachable(ILogger logger, Exception exception);
}
