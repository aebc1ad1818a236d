using Microsoft.Extensions.Logging;

namespace Notify.Core.Keys;

internal static partial class Log
{
    [LoggerMessage(70, LogLevel.Warning, "The time of the last use of the API key {KeyId} could not be written")]
    public static partial void UseNotRecorded(ILogger logger, Guid keyId, Exception exception);
}
