using Microsoft.Extensions.Logging;

namespace Notify.Storage.MongoDb;

internal static partial class Log
{
    [LoggerMessage(
        220,
        LogLevel.Warning,
        "MongoDB runs as a standalone server; if it fails, accepted notifications can be lost. Use a replica set in production"
    )]
    public static partial void OneServerOnly(ILogger logger);

    [LoggerMessage(221, LogLevel.Warning, "Step '{Step}' after a durable write failed; a later read or lease repairs it")]
    public static partial void StepLeftOut(ILogger logger, string step, Exception exception);

    [LoggerMessage(
        222,
        LogLevel.Warning,
        "Index '{Index}' of '{Collection}' was not created, because the server has an equivalent one under another name"
    )]
    public static partial void IndexConflict(ILogger logger, string collection, string index);

    [LoggerMessage(223, LogLevel.Warning, "Obsolete indexes of '{Collection}' were not dropped; they cost space only")]
    public static partial void ObsoleteIndexesKept(ILogger logger, string collection, Exception exception);
}
