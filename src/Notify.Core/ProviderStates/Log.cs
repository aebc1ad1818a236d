using Microsoft.Extensions.Logging;

namespace Notify.Core.ProviderStates;

internal static partial class Log
{
    [LoggerMessage(245, LogLevel.Warning, "The state of the providers could not be reported to other processes; trying again")]
    public static partial void ActivityNotReported(ILogger logger, Exception exception);
}
