using Microsoft.Extensions.Logging;

namespace Notify.Storage.PostgreSql;

internal static partial class Log
{
    [LoggerMessage(
        200,
        LogLevel.Warning,
        "The PostgreSQL server has fsync={Fsync} and synchronous_commit={SynchronousCommit}: "
            + "a power failure can lose accepted notifications"
    )]
    public static partial void CommitsNotDurable(ILogger logger, string fsync, string synchronousCommit);
}
