using System.Net;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The store failed during a call to {Path}")]
    public static partial void StoreFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A call to {Path} failed unexpectedly")]
    public static partial void CallFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(3, LogLevel.Critical, "{Error} Stopping.")]
    public static partial void Unprotected(ILogger logger, string error);

    [LoggerMessage(4, LogLevel.Information, "Audit: {Action}, tenant {Tenant}, key {Key}, client {Client}")]
    public static partial void Audited(ILogger logger, string action, string tenant, string key, IPAddress client);

    [LoggerMessage(5, LogLevel.Warning, "Audit: {Method} refused because of an invalid key, client {Client}")]
    public static partial void RefusedKey(ILogger logger, string method, IPAddress client);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "Audit: {Method} refused because no key is configured and the call is not local or was forwarded by a proxy, "
            + "client {Client}"
    )]
    public static partial void RefusedForeign(ILogger logger, string method, IPAddress client);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "Audit: all calls refused for up to a minute after {Failures} calls with an invalid key, client {Client}"
    )]
    public static partial void RefusedClient(ILogger logger, int failures, IPAddress client);

    [LoggerMessage(8, LogLevel.Information, "Audit: API keys configured: {Keys}")]
    public static partial void Keys(ILogger logger, int keys);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "Audit: {Method} refused because no key is configured and a browser sent the call for a page of another origin"
    )]
    public static partial void RefusedCrossOrigin(ILogger logger, string method);

    [LoggerMessage(
        10,
        LogLevel.Error,
        "The audit record {Id} of {Action}, tenant {Tenant}, could not be completed. Its outcome is {Outcome}."
    )]
    public static partial void AuditIncomplete(
        ILogger logger,
        Guid id,
        string action,
        string tenant,
        AuditOutcome outcome,
        Exception exception
    );

    [LoggerMessage(
        11,
        LogLevel.Warning,
        "The key ring that encrypts stored secrets is stored without encryption. Set Notify:Secrets:RootKeys:0 to a random text, "
            + "the same in every process."
    )]
    public static partial void KeyRingNotEncrypted(ILogger logger);
}
