using Microsoft.Extensions.Logging;

namespace Notify.Storage.MongoDb;

internal static partial class Log
{
    [LoggerMessage(220, LogLevel.Warning, "The MongoDB server is a single one: what was accepted is lost with it")]
    public static partial void OneServerOnly(ILogger logger);

    [LoggerMessage(221, LogLevel.Warning, "The step '{Step}' after a write failed and is left to be repaired later")]
    public static partial void StepLeftOut(ILogger logger, string step, Exception exception);

    [LoggerMessage(
        222,
        LogLevel.Warning,
        "Index '{Index}' of '{Collection}' was not created, because the server has an equivalent one under another name"
    )]
    public static partial void IndexConflict(ILogger logger, string collection, string index);
}
