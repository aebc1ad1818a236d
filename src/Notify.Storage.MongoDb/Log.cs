using Microsoft.Extensions.Logging;

namespace Notify.Storage.MongoDb;

internal static partial class Log
{
    [LoggerMessage(220, LogLevel.Warning, "The MongoDB server is a single one: what was accepted is lost with it")]
    public static partial void OneServerOnly(ILogger logger);
}
