using System.Net;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The store did not answer a call to {Path}")]
    public static partial void StoreFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A call to {Path} failed unexpectedly")]
    public static partial void CallFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(3, LogLevel.Critical, "{Sentence} Stopping.")]
    public static partial void Unprotected(ILogger logger, string sentence);

    [LoggerMessage(4, LogLevel.Information, "Audit: {Action}, tenant {Tenant}, key {Key}, client {Client}")]
    public static partial void Audited(ILogger logger, string action, string tenant, int key, IPAddress client);

    [LoggerMessage(5, LogLevel.Warning, "Audit: {Method} refused, wrong key, client {Client}")]
    public static partial void RefusedKey(ILogger logger, string method, IPAddress client);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "Audit: {Method} refused, no key is set and the call is not local or came through a proxy, client {Client}"
    )]
    public static partial void RefusedForeign(ILogger logger, string method, IPAddress client);

    [LoggerMessage(7, LogLevel.Warning, "Audit: {Failures} calls with a wrong key within a minute, client {Client} is refused")]
    public static partial void RefusedClient(ILogger logger, int failures, IPAddress client);

    [LoggerMessage(8, LogLevel.Information, "Audit: the API takes {Keys} keys")]
    public static partial void Keys(ILogger logger, int keys);
}
