using Microsoft.Extensions.Logging;

namespace Notify.Dashboard.Access;

internal static partial class Log
{
    [LoggerMessage(240, LogLevel.Warning, "A sign-in at the identity provider of the dashboard failed: {Reason}")]
    public static partial void SignInFailed(ILogger logger, string reason);
}
