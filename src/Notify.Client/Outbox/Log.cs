using Microsoft.Extensions.Logging;

namespace Notify.Client.Outbox;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The service did not accept {Count} triggers of the outbox, and they are sent again: {Reason}"
    )]
    public static partial void Failed(ILogger logger, int count, string reason);

    [LoggerMessage(2, LogLevel.Information, "The service accepts triggers of the outbox again")]
    public static partial void Recovered(ILogger logger);

    [LoggerMessage(
        3,
        LogLevel.Error,
        "The service refused trigger {Id} of the outbox with {Code}; it is kept until it is retried or deleted: see IClientOutbox"
    )]
    public static partial void Refused(ILogger logger, long id, string code);

    [LoggerMessage(
        4,
        LogLevel.Error,
        "Trigger {Id} of the outbox may have been accepted at {Time}, and its idempotency key may be forgotten; it is kept until "
            + "it is retried or deleted: see IClientOutbox"
    )]
    public static partial void OutcomeUnknown(ILogger logger, long id, DateTimeOffset time);

    [LoggerMessage(5, LogLevel.Error, "The table of the outbox could not be read or written; this is tried again")]
    public static partial void TableFailed(ILogger logger, Exception exception);
}
