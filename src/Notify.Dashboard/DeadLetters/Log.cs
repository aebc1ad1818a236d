using Microsoft.Extensions.Logging;

namespace Notify.Dashboard.DeadLetters;

internal static partial class Log
{
    [LoggerMessage(242, LogLevel.Error, "A replay of dead letters of tenant {Tenant} failed. Replay the rest again.")]
    public static partial void ReplayFailed(ILogger logger, string tenant, Exception exception);
}
